# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fails where a log file holds a password or the key of a session: `python leaks.py LOG CONFIG SESSION`."""

from __future__ import annotations

import base64
import json
import pathlib
import re
import sys

log, config, session = (pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
server = json.loads(config)["vcenters"]["vcenter"]
if len(session) < 20 or "wait_for_task : Wait for the tasks" not in log or "session[***" not in log:
    sys.exit("the play has not shown what it was to show")
key = json.loads(base64.b64decode(session))["key"]
# Also of sessions that are not the one given: the text of each begins alike, and a collector is called session[KEY]ID.
found = [w for w in (server["password"], "0ther-S3cret!", "vmware_soap_session=", session[:16], key) if w in log]
found += re.findall(r"session\[[0-9a-f]{8}-[0-9a-f-]{27}\]", log)
sys.exit(f"in the output: {found}" if found else 0)
