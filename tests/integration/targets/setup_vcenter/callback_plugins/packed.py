# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packed modules, shared by the playbooks of one run of the tests.

Ansible packs each module once for each run of a playbook, into a folder that only this run has, and Python compiles the
packed files each time that the module runs. Together, that takes longer than the work of the module. Ansible loads this
callback before it packs, and no setting enables it.
"""

from __future__ import annotations

import base64
import dataclasses
import importlib.util
import io
import marshal
import os
import pathlib
import pickle
import zipfile

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible.release import __version__

# A rulebook can start another version of Ansible, which packs something else.
SHARED = pathlib.Path(os.environ["OUTPUT_DIR"], f"packed-{__version__}")
# The start of a compiled file: the version of Python, and a flag against the comparison with the source.
HEADER = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)


def compiled(packed: bytes) -> bytes:
    """The packed files, each with its compiled form. Another version of Python takes the source, which stays."""
    file = io.BytesIO(base64.b64decode(packed))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        for name in archive.namelist():
            code = compile(archive.read(name), name, "exec", dont_inherit=True)
            archive.writestr(f"{name}c", HEADER + marshal.dumps(code))
    return base64.b64encode(file.getvalue())


class CallbackModule(CallbackBase):
    """Takes the packages of earlier playbooks, and leaves the new packages to later ones."""

    CALLBACK_VERSION = 2.0
    CALLBACK_NAME = "packed"

    def __init__(self) -> None:
        super().__init__()
        self._own = pathlib.Path(vars(constants)["DEFAULT_LOCAL_TMP"], "ansiballz_cache")
        self._own.mkdir()
        SHARED.mkdir(exist_ok=True)
        for file in SHARED.glob("ansible*"):
            (self._own / file.name).symlink_to(file)

    def v2_playbook_on_stats(self, stats: object) -> None:
        for file in self._own.glob("ansible*"):
            # The name of a module outside of collections does not identify its file.
            if file.is_symlink() or file.name.startswith("ansible.legacy.") or file.suffix == ".lock":
                continue
            content = file.read_bytes()
            if content.startswith(pickle.PROTO):  # since ansible-core 2.19
                module = pickle.loads(content)  # noqa: S301 (Ansible has just written it)
                content = pickle.dumps(dataclasses.replace(module, zip_data=compiled(module.zip_data)))
            else:
                content = compiled(content)
            # Other processes see a complete file or none.
            part = SHARED / f"part-{os.getpid()}"
            part.write_bytes(content)
            part.rename(SHARED / file.name)
