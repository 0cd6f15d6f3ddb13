# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Progress of a wait, for the process that follows it."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib

from .. import _errors, _values
from . import _watch


class ProgressFile:
    """A file with one line of JSON for each change of a task. The process that follows the wait removes it."""

    def __init__(self, path: str) -> None:
        self._file = pathlib.Path(path)
        try:
            self._file.touch()
        except OSError as error:
            raise _errors.VsphereError(
                f"progress_file {path} is not writable ({error.strerror}): omit the option"
            ) from error

    def append(self, tasks: list[_watch.Watched]) -> None:
        self.write([task.line() for task in tasks])

    def write(self, lines: list[_values.Data]) -> None:
        # The result of the wait is more important than its progress, which the disk might not have space for.
        with contextlib.suppress(OSError), self._file.open("r+", encoding="utf-8") as progress:
            progress.seek(0, io.SEEK_END)
            progress.write("".join(f"{json.dumps(line)}\n" for line in lines))
