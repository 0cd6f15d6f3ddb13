# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packed modules, shared by the playbooks of one run of the tests.

Ansible packs each module once for each run of a playbook, into a folder that only this run has. That takes as much time
as the module itself. Ansible loads this callback before it packs, without being told to.
"""

from __future__ import annotations

import os
import pathlib
import shutil

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible.release import __version__

# A rulebook can start another version of Ansible, which packs something else.
SHARED = pathlib.Path(os.environ["OUTPUT_DIR"], f"packed-{__version__}")


class CallbackModule(CallbackBase):
    """Takes what earlier playbooks have packed, and leaves to later ones what is new."""

    CALLBACK_VERSION = 2.0
    CALLBACK_NAME = "packed"

    def __init__(self) -> None:
        super().__init__()
        self._own = pathlib.Path(constants.DEFAULT_LOCAL_TMP, "ansiballz_cache")
        self._own.mkdir()
        SHARED.mkdir(exist_ok=True)
        for file in SHARED.glob("ansible*"):
            (self._own / file.name).symlink_to(file)

    def v2_playbook_on_stats(self, stats: object) -> None:
        for file in self._own.glob("ansible*"):
            # The name of a module outside of collections does not say where it comes from.
            if not (file.is_symlink() or file.name.startswith("ansible.legacy.") or file.suffix == ".lock"):
                # Other processes see a complete file or none.
                part = SHARED / f"part-{os.getpid()}"
                shutil.copy(file, part)
                part.rename(SHARED / file.name)
