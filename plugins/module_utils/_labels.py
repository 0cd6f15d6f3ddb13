# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of operations as the vSphere Client shows them, by description id.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault
from ansible_collections.vsphere.tasks.plugins.module_utils._properties import object_spec, property_spec, retrieve
from ansible_collections.vsphere.tasks.plugins.module_utils._taskinfo import Task, name_of

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import Connection, Transport

METHOD_INFO = "description.methodInfo"
"""The TaskManager's property that has them, for the operations of vSphere itself."""

_FALLBACK = "en"
"""The language of an extension that does not have the session's."""


def labels_of(method_info: dict[str, t.Any]) -> dict[str, str]:
    return {each["key"]: each["label"] for each in method_info["_value"]}


def name_operations(connection: Connection, tasks: list[Task]) -> None:
    """Give each task its ``operation``; the extensions are asked, with one request, only where a label is missing."""
    labels = connection.labels or {}
    unknown = {task["description_id"] for task in tasks} - labels.keys()
    if unknown:
        labels.update(dict.fromkeys(unknown, ""))
        if connection.has("extensionManager"):
            # Not everybody may read the extensions; that is no reason to show no tasks.
            with contextlib.suppress(Fault):
                labels.update(connection.read(lambda transport: _of_extensions(transport, unknown)))
    for task in tasks:
        task["operation"] = labels[task["description_id"]] or name_of(task)


def _of_extensions(transport: Transport, wanted: set[str]) -> dict[str, str]:
    """Labels of the task types that extensions have registered, in the session's language."""
    objects = [object_spec(transport.manager(name)) for name in ("extensionManager", "sessionManager")]
    properties = [
        property_spec("ExtensionManager", "extensionList"),
        property_spec("SessionManager", "currentSession"),
    ]
    values = {
        name: value for found in retrieve(transport, objects, properties) for name, value in found.properties.items()
    }
    locale = values["currentSession"]["locale"]
    labels: dict[str, str] = {}
    for extension in values.get("extensionList", {}).get("_value", ()):
        resources = [each for each in extension.get("resourceList", ()) if each["module"] == "task"]
        # The best comes last, and wins.
        for resource in sorted(resources, key=lambda each: _nearness(each["locale"], locale)):
            for pair in resource.get("data", ()):
                task_type = pair["key"].removesuffix(".label")
                if task_type in wanted and task_type != pair["key"]:
                    labels[task_type] = pair["value"]
    return labels


def _nearness(offered: str, wanted: str) -> int:
    """How well a locale such as ``de_DE`` fits another: better is more."""
    language = offered.replace("-", "_").partition("_")[0]
    return 3 * (offered == wanted) or 2 * (language == wanted.partition("_")[0]) or int(language == _FALLBACK)
