# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record a real `make demo` in a terminal and draw the recording as an animated picture:

`python tests/tools/screencast.py PICTURE`, with the Python of an environment that has asciinema and termtosvg.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = Path(sys.executable).parent
COMMAND = "make demo"
COLUMNS, ROWS = 100, 30


def record(cast: Path) -> None:
    size = [f"--cols={COLUMNS}", f"--rows={ROWS}"]
    # A make within a make says which folder it is in, unless told not to.
    command = ["--command", f"{COMMAND} --no-print-directory"]
    # asciinema passes its standard input to the terminal, and accepts a missing one.
    subprocess.run(
        [TOOLS / "asciinema", "rec", "--quiet", *size, *command, cast],
        check=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"},
    )


def clean(cast: Path) -> None:
    """Remove data about this machine, and start with the command in the form that a reader would type."""
    header, *events = map(json.loads, cast.read_text(encoding="utf-8").splitlines())
    own = {str(Path.cwd()): ".", str(Path.home()): "~", socket.gethostname(): "localhost"}
    for event in events:
        for name, neutral in own.items():
            event[2] = event[2].replace(name, neutral)
    lines = [{**header, "env": {}}, [0, "o", f"$ {COMMAND}\r\n"], *events]
    cast.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def draw(cast: Path, picture: Path) -> None:
    """Draw it in its own time, but for pauses; the end stays for a while before it begins anew."""
    times = ["--min-frame-duration=100", "--max-frame-duration=1500", "--loop-delay=5000"]
    subprocess.run(
        [TOOLS / "termtosvg", "render", cast, picture, "--template=window_frame", *times],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # No line of the file ends in a blank, and the last one ends.
    lines = [line.rstrip() for line in picture.read_text(encoding="utf-8").splitlines()]
    picture.write_text("\n".join([*lines, ""]), encoding="utf-8")


def main(picture: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cast = Path(folder, "demo.cast")
        record(cast)
        clean(cast)
        draw(cast, Path(picture))


if __name__ == "__main__":
    main(*sys.argv[1:])
