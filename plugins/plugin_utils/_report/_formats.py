# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as HTML, JSON, and CSV.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import csv
import io
import json
import pathlib
import re
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _values
from ansible_collections.vsphere.tasks.plugins.plugin_utils._report import _rows

if t.TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = pathlib.Path(__file__).resolve().parents[3] / "roles" / "task_report" / "files" / "report.html"
_MARK = "@DATA@"
# The HTML parser looks for these, even inside of a script that is data.
_ESCAPES = {ord(each): f"\\u{ord(each):04x}" for each in "<>&"}
# A spreadsheet takes a text that starts like this for a formula. In many countries, cells begin after a semicolon, too.
_FORMULA = re.compile(r'(^|;)(?=[ "]*[=+\-@])')


def html(title: str, servers: Sequence[_rows.Server]) -> str:
    """The page with the data in it."""
    data = {
        "title": title,
        "servers": [{"name": each.name, "product": each.product, "problem": each.problem} for each in servers],
        "columns": ["server", *_rows.COLUMNS],
        "rows": [[number, *_rows.row(task)] for number, each in enumerate(servers) for task in each.tasks],
    }
    # In ASCII, no text can damage the encoding of the file.
    text = json.dumps(data, separators=(",", ":")).translate(_ESCAPES)
    before, _mark, after = PAGE.read_text(encoding="utf-8").partition(_MARK)
    return before + text + after


def as_json(title: str, servers: Sequence[_rows.Server]) -> str:
    """All members of the tasks, each with its server, in one list."""
    data = {
        "title": title,
        "servers": [{"name": each.name, "product": each.product, "problem": each.problem} for each in servers],
        "tasks": [{"server": each.name, **_without_children(task)} for each in servers for task in each.tasks],
    }
    return json.dumps(data, indent=2) + "\n"


def _without_children(task: _rows.Data) -> dict[str, t.Any]:
    return {name: value for name, value in task.items() if name != "children"}


def as_csv(_title: str, servers: Sequence[_rows.Server]) -> str:
    """The columns of the report, for spreadsheets."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["server", *_rows.COLUMNS])
    writer.writerows(
        [_cell(value) for value in (each.name, *_rows.row(task))] for each in servers for task in each.tasks
    )
    # A lone half of a surrogate pair has no encoding.
    return file.getvalue().encode("utf-8", "backslashreplace").decode("utf-8")


def _cell(value: t.Any) -> t.Any:
    # With --diff, Ansible prints the file.
    return _FORMULA.sub(r"\1'", _values.printable(value)) if isinstance(value, str) else value


FORMATS = {"html": html, "json": as_json, "csv": as_csv}
"""What writes the report, by the suffix of the file."""
