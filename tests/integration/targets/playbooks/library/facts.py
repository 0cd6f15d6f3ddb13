#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module on a malicious host, which returns any facts."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule(argument_spec={"facts": {"type": "dict", "required": True}})
    module.exit_json(ansible_facts=module.params["facts"])


if __name__ == "__main__":
    main()
