# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module with clocks that are faster than the real ones: `python accelerated.py FACTOR MODULE <ARGUMENTS`

Time limits of requests stay real, because the network and the server are not accelerated.
"""

from __future__ import annotations

import importlib
import sys
import threading
import time
import types

from ansible.module_utils import api
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _bounds, _http

if __name__ == "__main__":
    factor, name = float(sys.argv[1]), sys.argv[2]
    module = importlib.import_module(f"ansible_collections.vsphere.tasks.plugins.modules.{name}")
    began = time.monotonic()
    clock = types.SimpleNamespace(
        monotonic=lambda: began + (time.monotonic() - began) * factor,
        sleep=lambda seconds: threading.Event().wait(seconds / factor),
    )
    ours = [each for path, each in sys.modules.items() if path.startswith("ansible_collections.vsphere.tasks.")]
    for each in (api, *ours):
        if each not in (_bounds, _http) and vars(each).get("time") is time:
            vars(each)["time"] = clock
    sys.argv[1:] = []
    module.main()
