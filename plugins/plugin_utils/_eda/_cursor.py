# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that holds which events of a vCenter were delivered.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import pathlib
import re
import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._seen import Seen

PATIENCE = 10.0
"""Seconds to wait until the process of an earlier rulebook, which is logging out, does not use the file anymore."""

LOOK_EVERY = 0.1  # seconds


class Cursor:
    """The file of one vCenter in the folder, which is locked within a ``with`` block. No folder, no file."""

    def __init__(self, folder: str | None, host: str) -> None:
        self.seen = Seen()
        self._file: pathlib.Path | None = None
        if folder is not None:
            self._file = pathlib.Path(folder, f"{re.sub(r'[^A-Za-z0-9.-]', '_', host)}.json")
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Cursor:
        if self._file:
            with _readable_errors(self._file), contextlib.ExitStack() as after_error:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                lock = after_error.enter_context(self._file.with_suffix(".lock").open("w", encoding="utf-8"))
                self._take(lock, self._file)
                self._read(self._file)
                self._open = after_error.pop_all()
        return self

    def __exit__(self, *unused: object) -> None:
        self._open.close()

    def save(self) -> None:
        if self._file is None:
            return
        # A process that is killed here leaves the old file or the new one.
        new = self._file.with_suffix(".new")
        with _readable_errors(new):
            new.write_text(json.dumps(self.seen.to_data()), encoding="utf-8")
            new.replace(self._file)

    def _read(self, file: pathlib.Path) -> None:
        try:
            if file.exists():
                self.seen = Seen.from_data(json.loads(file.read_text(encoding="utf-8")))
        except (LookupError, TypeError, ValueError) as error:
            raise VsphereError(
                f"cursor_path: {file} is not a cursor of this collection: remove the file to start with the events "
                "from now on"
            ) from error

    @staticmethod
    def _take(lock: t.IO[str], file: pathlib.Path) -> None:
        last = time.monotonic() + PATIENCE
        while not _is_locked(lock):
            if time.monotonic() > last:
                raise VsphereError(
                    f"cursor_path: another event source uses {file}: set a separate cursor_path for each source"
                )
            time.sleep(LOOK_EVERY)


@contextlib.contextmanager
def _readable_errors(file: pathlib.Path) -> t.Iterator[None]:
    try:
        yield
    except OSError as error:
        # An error of writing, such as that of a full disk, does not contain the name.
        raise VsphereError(f"cursor_path: {error.strerror}: {error.filename or file}") from error


def _is_locked(lock: t.IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
