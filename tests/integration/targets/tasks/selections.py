# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The IDs in results, and reasons of tasks, for the tests of selections."""

from __future__ import annotations

import typing as t

REASONS: dict[str, dict[str, t.Any]] = {
    "user": {"_typeName": "TaskReasonUser", "userName": "DOMAIN\\Ann"},
    "system": {"_typeName": "TaskReasonSystem"},
    "alarm": {
        "_typeName": "TaskReasonAlarm",
        "alarmName": "CPU",
        "alarm": {"_typeName": "ManagedObjectReference", "type": "Alarm", "value": "alarm-7"},
        "entityName": "DC0",
        "entity": {"_typeName": "ManagedObjectReference", "type": "Datacenter", "value": "datacenter-2"},
    },
    "schedule": {
        "_typeName": "TaskReasonSchedule",
        "name": "nightly",
        "scheduledTask": {"_typeName": "ManagedObjectReference", "type": "ScheduledTask", "value": "schedule-3"},
    },
}


def ids(result: dict[str, t.Any]) -> list[str]:
    assert not result["failed"], result["msg"]
    return [task["id"] for task in result["tasks"]]
