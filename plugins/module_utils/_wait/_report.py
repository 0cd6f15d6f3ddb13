# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Progress of a wait, for the process that follows it."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
import typing as t

from .. import _errors
from . import _watch


def to_file(path: str) -> t.Callable[[list[_watch.Watched]], None]:
    """Adds one line of JSON for each changed task to a file, which the process that follows the wait removes."""
    file = pathlib.Path(path)
    try:
        file.touch()
    except OSError as error:
        raise _errors.VsphereError(
            f"progress_file {path} is not writable ({error.strerror}): omit the option"
        ) from error

    def report(tasks: list[_watch.Watched]) -> None:
        # The result of the wait is more important than its progress, which the disk might not have space for.
        with contextlib.suppress(OSError), file.open("r+", encoding="utf-8") as progress:
            progress.seek(0, io.SEEK_END)
            progress.write("".join(f"{json.dumps(task.line())}\n" for task in tasks))

    return report
