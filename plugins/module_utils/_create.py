# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating tasks of types that an extension has registered.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, VsphereError

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._values import Ref


def create_task(
    connection: Connection,
    entity: Ref,
    task_type: str,
    cancelable: bool = False,
    initiated_by: str | None = None,
    activation_id: str | None = None,
    parent_task_key: str | None = None,
) -> dict[str, t.Any]:
    """Create a task, which is queued then; its TaskInfo in VI/JSON form."""
    given = {"initiatedBy": initiated_by, "activationId": activation_id, "parentTaskKey": parent_task_key}
    params = {
        "obj": entity,
        "taskTypeId": task_type,
        "cancelable": cancelable,
        **{name: value for name, value in given.items() if value is not None},
    }
    try:
        info = connection.invoke(connection.manager("taskManager"), "CreateTask", params)
    except Fault as fault:
        sentence = _refusal(connection, fault, entity, task_type)
        if not sentence:
            raise
        raise VsphereError(sentence, **fault.result) from fault
    return t.cast("dict[str, t.Any]", info)


def _refusal(connection: Connection, fault: Fault, entity: Ref, task_type: str) -> str:
    """Why a task was not created and what to do about it; empty where the fault says so itself."""
    if fault.type == "ManagedObjectNotFound":
        return f"{connection.host} knows no {entity['type']} {entity['value']} (ManagedObjectNotFound): check the entity"
    # Which name of the parameter the fault gives is not published; without any, the type is what is checked.
    if fault.type == "InvalidArgument" and fault.fields.get("invalidProperty", "")[:8] in ("", "taskType"):
        return (
            f"{connection.host} knows no task type {task_type} (InvalidArgument): register it with "
            f"vsphere_task_type, where its id goes into task_types"
        )
    if fault.type == "NotSupported":
        return f"{connection.host} creates no tasks for clients (NotSupported): that is a part of vCenter, not of ESXi"
    return ""
