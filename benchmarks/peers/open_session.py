# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run vsphere_session and print the session_id: `python -m peers.open_session`."""

import importlib

from ansible.module_utils.testing import patch_module_args

if __name__ == "__main__":
    module = importlib.import_module("ansible_collections.vsphere.tasks.plugins.modules.vsphere_session")
    with patch_module_args({}):
        module.main()
