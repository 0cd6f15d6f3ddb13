# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A clock that a test can change."""

from __future__ import annotations

import importlib.metadata
import pathlib
import subprocess
import sys
import time


class Clock:
    """The clock of the programs that a test starts. That of the test itself, and monotonic clocks, do not change."""

    def __init__(self, file: pathlib.Path) -> None:
        self._file = file
        library = importlib.metadata.distribution("libfaketime")
        self.environment = {
            "LD_PRELOAD": str(library.locate_file("libfaketime/vendor/libfaketime/src/libfaketime.so.1")),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.move(0)

    def move(self, hours: int) -> None:
        """Let the clock differ from the real time by these hours."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{hours:+}h", encoding="utf-8")
        new.replace(self._file)

    def is_supported(self) -> bool:
        """Whether the library works on this platform."""
        self.move(48)
        command = [sys.executable, "-c", "import time; print(time.time())"]
        shown = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, check=True).stdout
        self.move(0)
        return float(shown) > time.time() + 3600
