# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests to the control API of the test vCenter, without the additional process of a module."""

from __future__ import annotations

import json
import typing as t
import urllib.request

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Takes path, method, and body, and returns the answer as json. The variable server contains the address."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        given = self._task.args
        request = urllib.request.Request(  # noqa: S310 (the test's own server)
            (task_vars or {})["server"]["control"] + given["path"],
            data=json.dumps(given["body"]).encode() if "body" in given else None,
            method=given.get("method"),
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            text = answer.read()
        return {**result, "json": json.loads(text) if text else None}
