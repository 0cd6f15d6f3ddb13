# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The labels of the vSphere Client for operations, states, and reasons, in the language of the session.

TaskManager has a label for each of about 1,600 operations, 0.3 MB in total, so the modules request single labels. A
property path can select an element of an array by its key, and an unknown key is not an error (PropertyCollector).
"""

from __future__ import annotations

import re
import typing as t

from .. import _values
from .._connection import _properties
from . import _taskinfo

if t.TYPE_CHECKING:
    from .._connection import _connection, _transport

_REASONS = ("TaskReasonAlarm", "TaskReasonSchedule", "TaskReasonSystem", "TaskReasonUser")

# What most tasks are about.
_OPERATIONS = (
    "Datacenter.powerOnVm",
    "Drm.ExecuteVMotionLRO",
    "Drm.ExecuteVmPowerOnLRO",
    "Folder.createVm",
    "HostSystem.enterMaintenanceMode",
    "HostSystem.exitMaintenanceMode",
    "ManagedEntity.destroy",
    "ResourcePool.ImportVAppLRO",
    "VirtualMachine.clone",
    "VirtualMachine.consolidateDisks",
    "VirtualMachine.createSnapshot",
    "VirtualMachine.destroy",
    "VirtualMachine.migrate",
    "VirtualMachine.powerOff",
    "VirtualMachine.powerOn",
    "VirtualMachine.reconfigure",
    "VirtualMachine.relocate",
    "VirtualMachine.removeAllSnapshots",
    "VirtualMachine.reset",
    "VirtualMachine.revertToCurrentSnapshot",
    "VirtualMachine.suspend",
    "vm.Snapshot.remove",
    "vm.Snapshot.revert",
)


def _path(kind: str, key: str | None) -> str:
    return f'description.{kind}["{key}"].label'


COMMON = (
    *(_path("state", state) for state in _taskinfo.STATES),
    *(_path("reason", reason) for reason in _REASONS),
    *(_path("methodInfo", operation) for operation in _OPERATIONS),
)
"""Properties of the TaskManager that are read together with tasks; other labels cost a request more."""


class Labels:
    """Requests each label only once. A missing label must not delay or prevent the result."""

    def __init__(self, connection: _connection.Connection) -> None:
        self._connection = connection
        self._known: dict[str, str] = {}
        """By property path; empty if the server has none."""

    @property
    def has_common(self) -> bool:
        """Whether the common labels are known, or the server does not give them."""
        return bool(self._known)

    def learn_common(self, found: list[_properties.Object]) -> None:
        self._learn(COMMON, found)

    def put_on(self, tasks: list[_taskinfo.Task], deadline: float | None = None) -> None:
        """Give each task its ``operation``, ``state_label`` and ``reason_label``.

        One request reads the unknown labels. Another one reads the extensions, only for labels that the TaskManager
        does not have.
        """
        wanted = {path for task in tasks for path in _paths(task)} - self._known.keys()
        if wanted:
            self._learn(wanted, [])
            types = {_path("methodInfo", task["description_id"]): task["description_id"] for task in tasks}
            self._connection.glimpse(lambda transport: self._ask(transport, wanted, types), deadline)
        for task in tasks:
            operation, state, *reason = (self._known[path] or None for path in _paths(task))
            task["operation"] = operation or _taskinfo.name_of(task)
            task["state_label"] = state
            task["reason_label"] = reason[0] if reason else None

    def _learn(self, asked: t.Iterable[str], found: list[_properties.Object]) -> None:
        self._known.update(dict.fromkeys(asked, ""))
        for manager in found:
            labels = {path: _values.plain(label) for path, label in manager.properties.items()}
            self._known.update({path: label for path, label in labels.items() if isinstance(label, str)})

    def _ask(self, transport: _transport.Transport, wanted: set[str], types: dict[str, str | None]) -> None:
        # A key that could not stand in a path has no label.
        asked = [path for path in wanted if re.fullmatch(r'[\w.]+\["[\w.:/-]+"\]\.label', path)]
        if asked:
            objects = [_properties.object_spec(transport.manager("taskManager"))]
            specs = [_properties.property_spec("TaskManager", *asked)]
            # Every run returns it, so it rides along if no task was read as an object.
            server = self._connection.server
            server.add_to(objects, specs)
            self._learn(asked, server.take_from(_properties.retrieve(transport, objects, specs)))
        missing = {str(types[path]) for path in wanted & types.keys() if not self._known[path]}
        if missing and self._connection.has("extensionManager"):
            labels = _of_extensions(transport, missing)
            self._known.update({_path("methodInfo", task_type): label for task_type, label in labels.items()})


def _paths(task: _taskinfo.Task) -> list[str]:
    """The properties with the labels: of the operation, the state, and, if it exists, the reason."""
    paths = [_path("methodInfo", task["description_id"]), _path("state", task["state"])]
    return [*paths, _path("reason", task["reason"]["type"])] if task["reason"] else paths


def _of_extensions(transport: _transport.Transport, wanted: set[str]) -> dict[str, str]:
    """Labels of the task types that extensions have registered, in the session's language."""
    objects = [_properties.object_spec(transport.manager(name)) for name in ("extensionManager", "sessionManager")]
    properties = [
        _properties.property_spec("ExtensionManager", "extensionList"),
        _properties.property_spec("SessionManager", "currentSession"),
    ]
    values = {
        name: _values.unboxed(value)
        for found in _properties.retrieve(transport, objects, properties)
        for name, value in found.properties.items()
    }
    locale = values["currentSession"]["locale"]
    labels: dict[str, str] = {}
    for extension in values.get("extensionList", ()):
        # The best comes last, and wins.
        for resource in sorted(task_texts(extension), key=lambda each: _nearness(each["locale"], locale)):
            texts = {pair["key"]: pair["value"] for pair in resource.get("data") or ()}
            labels.update({each: texts[label_key(each)] for each in wanted if label_key(each) in texts})
    return labels


def task_texts(extension: _values.Data) -> list[_values.Data]:
    """An Extension's texts about its tasks: one ExtensionResourceInfo or more for each locale."""
    return [each for each in extension.get("resourceList") or () if each["module"] == "task"]


def label_key(task_type: str) -> str:
    """The key in an ExtensionResourceInfo under which the label of a task type stands."""
    return f"{task_type}.label"


def _nearness(offered: str, wanted: str) -> int:
    """How well a locale such as ``de_DE`` fits another: better is more. English is better than nothing."""
    language = offered.replace("-", "_").partition("_")[0]
    return 3 * (offered == wanted) or 2 * (language == wanted.partition("_")[0]) or int(language == "en")
