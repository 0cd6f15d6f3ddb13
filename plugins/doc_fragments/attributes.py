# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Runs in C(check_mode) and reports what would change, without changing it.
  diff_mode:
    description: Returns what changed, or what would change in C(check_mode), in diff mode.
"""

    # Whether a module belongs to the action group is documented by this fragment, one for each group.
    ACTIONGROUP_VSPHERE = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/vsphere.tasks.vsphere) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - vsphere.tasks.vsphere
"""
