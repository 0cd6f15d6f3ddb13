# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Progress of a wait, for the process that follows it."""

from __future__ import annotations

import collections
import contextlib
import io
import json
import pathlib
import typing as t

from .. import _errors, _values

MOST = 10_000
"""Number of reports to keep until the disk has space for them."""


def to_file(path: str) -> t.Callable[[list[_values.Data]], None]:
    """Adds each report as a line of JSON to a file, which the process that reads the reports removes."""
    file = pathlib.Path(path)
    try:
        file.touch()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise _errors.VsphereError(f"progress_file {path} is not writable ({why}): omit the option") from error

    waiting: collections.deque[bytes] = collections.deque(maxlen=MOST)

    def write(reports: list[_values.Data]) -> None:
        waiting.extend(f"{json.dumps(report)}\n".encode() for report in reports)
        data = b"".join(waiting)
        # The result of the wait is more important than its progress, which the disk might not have space for.
        with contextlib.suppress(OSError), file.open("r+b", buffering=0) as progress:
            end = progress.seek(0, io.SEEK_END)
            if progress.write(data) == len(data):
                waiting.clear()
            else:
                progress.truncate(end)

    return write
