# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session as vsphere_session hands it out."""

import json
import subprocess
import sys
from pathlib import Path


def open_session(environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "peers.open_session"]
    output = subprocess.run(
        command, cwd=Path(__file__).parent, env=environment, capture_output=True, check=True, text=True
    ).stdout
    session_id: str = json.loads(output)["session_id"]
    return session_id
