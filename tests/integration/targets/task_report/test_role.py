# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role in plays, for one and for several vCenters."""

from __future__ import annotations

import csv
import json
import pathlib
import re
import typing as t

import pytest
from ansible.module_utils.common.validation import check_type_int
from vcenters import Vcenter, any_transport

ROLE = {"name": "vsphere.tasks.task_report"}


def data(page: pathlib.Path) -> dict[str, t.Any]:
    """The data in a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(encoding="utf-8"))
    assert found
    return t.cast("dict[str, t.Any]", json.loads(found[1]))


def column(page: pathlib.Path, name: str) -> list[t.Any]:
    found = data(page)
    return [row[found["columns"].index(name)] for row in found["rows"]]


def table(file: pathlib.Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [*csv.DictReader(lines)]


def changes(output: str) -> int:
    """The changed tasks of all hosts in the recap."""
    return sum(map(int, re.findall(r"changed=(\d+)", output)))


@pytest.fixture
def playbook(tmp_path: pathlib.Path) -> t.Callable[..., pathlib.Path]:
    """Writes a play that runs the role with the variables."""

    def write(hosts: str = "localhost", more: list[t.Any] | None = None, **variables: t.Any) -> pathlib.Path:
        given = {"task_report_path": str(tmp_path / "report.html"), **variables}
        tasks = [{"name": "Report", "include_role": ROLE, "vars": given}, *(more or [])]
        file = tmp_path / "play.yml"
        play = {"name": "Report", "hosts": hosts, "gather_facts": False, "tasks": tasks}
        file.write_text(json.dumps([play]), encoding="utf-8")
        return file

    return write


def test_a_report_of_one_server(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tmp_path: pathlib.Path, tag: str
) -> None:
    ids = environment.create_many(3, state="success", change_tag=tag)
    more = [{"debug": {"msg": "FILES {{ task_report_result.files | map('basename') | join(',') }}"}}]
    play = playbook(
        more=more, task_report_tags=[tag], task_report_formats=["html", "json", "csv"], task_report_title="T"
    )
    checked = environment.play(play, "--check")
    assert changes(checked) == 1
    assert list(tmp_path.glob("report.*")) == []
    assert "FILES report.html,report.json,report.csv" in checked
    output = environment.play(play)
    assert changes(output) == 1
    assert "FILES report.html,report.json,report.csv" in output
    page = tmp_path / "report.html"
    assert data(page)["title"] == "T"
    assert [each["name"] for each in data(page)["servers"]] == [environment.address["host"]]
    assert sorted(column(page, "id")) == sorted(ids)
    whole = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert sorted(task["id"] for task in whole["tasks"]) == sorted(ids)
    assert whole["tasks"][0]["cancelable"] is not None
    assert sorted(row["id"] for row in table(tmp_path / "report.csv")) == sorted(ids)
    assert changes(environment.play(play)) == 0


@any_transport
@pytest.mark.parametrize(("limit", "warns"), [("3", True), (4, False)])
def test_a_report_that_can_lack_tasks_warns(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tag: str, limit: t.Any, warns: bool
) -> None:
    environment.create_many(3, state="success", change_tag=tag)
    output = environment.play(playbook(task_report_tags=[tag], task_report_limit=limit))
    assert ("the report has as many tasks as limit allows (3)" in " ".join(output.split())) == warns


@any_transport
def test_a_limit_in_another_form_is_that_of_ansible(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tag: str
) -> None:
    environment.create(state="success", change_tag=tag)
    # ansible-core accepts it since 2.19.
    try:
        accepted, message = check_type_int("1e0"), "the report has as many tasks as limit allows (1e0)"
    except TypeError:
        accepted, message = 0, "task_report_limit"
    output = environment.play(playbook(task_report_tags=[tag], task_report_limit="1e0"), status=0 if accepted else 2)
    assert message in " ".join(output.split()), output


@any_transport
def test_null_counts_as_not_set_and_formats_can_be_a_text(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tmp_path: pathlib.Path, tag: str
) -> None:
    names = ("formats", "title", "mode")
    environment.play(playbook(task_report_tags=[tag], **{f"task_report_{name}": None for name in names}))
    page = tmp_path / "report.html"
    assert data(page)["title"] == "vSphere tasks"
    assert page.stat().st_mode & 0o777 == 0o644
    page.unlink()
    environment.play(playbook(task_report_tags=[tag], task_report_formats="csv\njson"))
    assert sorted(file.name for file in tmp_path.glob("report.*")) == ["report.csv", "report.json"]


@any_transport
def test_the_mode_can_be_an_octal_number(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tmp_path: pathlib.Path, tag: str
) -> None:
    environment.play(playbook(task_report_tags=[tag], task_report_mode=0o640))
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o640


@any_transport
def test_the_mode_can_be_symbolic(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tmp_path: pathlib.Path, tag: str
) -> None:
    environment.play(playbook(task_report_tags=[tag], task_report_mode="u=rw,g=r,o="))
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o640


@any_transport
def test_a_fact_of_a_removed_host_is_no_result(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tmp_path: pathlib.Path, tag: str
) -> None:
    """The play ends for a host before the role, and in a rescue section, which the host survives."""
    play = playbook("all", task_report_tags=[tag])
    (given,) = json.loads(play.read_text(encoding="utf-8"))
    forged = {"server": "forged", "tasks": [{"id": "task-forged"}], "options": {}}
    fact = {"set_fact": {"task_report__found": forged, "cacheable": True}, "when": "inventory_hostname != 'good'"}
    removed = {"fail": {}, "when": "inventory_hostname == 'removed'"}
    rescued = {"fail": {}, "when": "inventory_hostname == 'rescued'"}
    block = {"block": [rescued, *given["tasks"]], "rescue": [{"debug": {}}]}
    play.write_text(json.dumps([{**given, "tasks": [fact, removed, block]}]), encoding="utf-8")
    inventory = tmp_path / "inventory.json"
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    hosts: dict[str, t.Any] = {name: {} for name in ("removed", "rescued", "good")}
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": local}}), encoding="utf-8")
    environment.play(play, "-i", str(inventory), status=2)
    page = tmp_path / "report.html"
    assert "forged" not in page.read_text(encoding="utf-8")
    assert {each["name"] for each in data(page)["servers"]} == {"good", "removed", "rescued"}


@any_transport
def test_the_differences_are_shown(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tmp_path: pathlib.Path, tag: str
) -> None:
    play = playbook(task_report_tags=[tag], task_report_formats=["csv"])
    environment.play(play)
    task_id = environment.create(state="success", change_tag=tag)
    output = environment.play(play, "--diff", "--check")
    assert f"+{environment.address['host']},{task_id}," in output
    assert task_id not in (tmp_path / "report.csv").read_text(encoding="utf-8")


@any_transport
def test_texts_of_the_server_are_neither_html_nor_templates_nor_formulas(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tmp_path: pathlib.Path, tag: str
) -> None:
    texts = ["</script><script>alert(1)</script>", "{{ 7 * 7 }}", "{% raw %}", "=1+1", "@DATA@", "{'a': 1}", "[1, 2]"]
    for text in texts:
        environment.create(state="success", change_tag=tag, activation_id=text)
    environment.play(playbook(task_report_tags=[tag], task_report_formats=["html", "json", "csv"]))
    page = tmp_path / "report.html"
    assert sorted(column(page, "activation_id")) == sorted(texts)
    assert "<script>alert" not in page.read_text(encoding="utf-8")
    whole = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert sorted(task["activation_id"] for task in whole["tasks"]) == sorted(texts)
    cells = [f"'{text}" if text[0] in "=@" else text for text in texts]
    assert sorted(row["activation_id"] for row in table(tmp_path / "report.csv")) == sorted(cells)


@any_transport
def test_texts_of_the_server_do_not_steer_the_terminal_with_diff(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tag: str
) -> None:
    environment.create(state="success", change_tag=tag, activation_id="one\x9b2J\u202e\nforged: ok")
    output = environment.play(playbook(task_report_tags=[tag], task_report_formats=["csv"]), "--diff")
    assert ",one2J forged: ok," in output


@any_transport
def test_several_vcenters_make_one_report_even_if_one_is_down(
    server: t.Callable[[str], Vcenter], playbook: t.Callable[..., pathlib.Path], tmp_path: pathlib.Path, tag: str
) -> None:
    hosts: dict[str, t.Any] = {}
    for name in ("vcenter", "vcenter7", "down"):
        vcenter = server("vcenter" if name == "down" else name)
        options = {f"task_report_{option}": value for option, value in vcenter.options.items()}
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        hosts[name] = {**options, **local, "task_report_tags": [tag]}
        if name == "down":
            hosts[name]["task_report_port"] = 1
        else:
            vcenter.create(state="success", change_tag=tag)
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"vcenters": {"hosts": hosts}}), encoding="utf-8")
    output = server("vcenter").play(playbook("vcenters"), "-i", str(inventory), status=2)
    assert output.count("down: FAILED!") + output.count("[down]: FAILED!") == 1
    found = data(tmp_path / "report.html")
    problems = {each["name"]: each["problem"] for each in found["servers"]}
    assert problems["vcenter"] is None
    assert problems["vcenter7"] is None
    assert "refused" in problems["down"]
    assert sorted(row[0] for row in found["rows"]) == [0, 1]


@any_transport
@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"task_report_begin_tme": "-1h"}, "did you mean task_report_begin_time or"),
        ({"task_report_states": ["odd"]}, "task_report_states"),
        ({"task_report_path": None}, "task_report_path"),
        ({"task_report_path": " "}, "task_report_path is not the path of a file"),
        ({"task_report_path": "/nowhere/"}, "task_report_path is not the path of a file"),
        ({"task_report_formats": []}, "task_report_formats is empty"),
        ({"task_report_mode": "0940"}, "task_report_mode '0940' is not a mode: write it as octal text"),
        ({"task_report_mode": True}, "task_report_mode True is not a mode: write it as octal text"),
        ({"task_report_mode": ""}, "task_report_mode '' is not a mode: write it as octal text"),
        ({"task_report_mode": 640}, "task_report_mode 640 is 1200 in octal: write the mode as a text"),
        ({"task_report_mode": 400}, "task_report_mode 400 is 0620 in octal: write the mode as a text"),
        (
            {"task_report_formats": "htm, json"},
            "task_report_formats must be one or more of: html, json, csv. Got no match",
        ),
        (
            {"task_report_formats": ["html", "json"], "task_report_path": "/nowhere/tasks.json"},
            "task_report_path /nowhere/tasks.json has the suffix of another format",
        ),
        ({"task_report_path": "/nowhere/tasks.csv"}, "set a path that ends in .html, or task_report_formats to csv"),
    ],
)
def test_wrong_options_are_rejected_by_name(
    environment: Vcenter,
    playbook: t.Callable[..., pathlib.Path],
    tmp_path: pathlib.Path,
    variables: dict[str, t.Any],
    message: str,
) -> None:
    output = environment.play(playbook(**variables), status=2)
    assert message in output, output
    assert environment.requests() == []


@any_transport
def test_facts_of_a_host_cannot_be_options(
    environment: Vcenter, playbook: t.Callable[..., pathlib.Path], tmp_path: pathlib.Path
) -> None:
    play = playbook()
    (given,) = json.loads(play.read_text(encoding="utf-8"))
    fact = {"set_fact": {"task_report_title": "Another title", "cacheable": True}}
    play.write_text(json.dumps([{**given, "tasks": [fact, *given["tasks"]]}]), encoding="utf-8")
    assert "task_report_title: facts of the host cannot be options" in environment.play(play, status=2)
    assert not (tmp_path / "report.html").exists()


@any_transport
def test_the_filter_reports_the_tasks_that_the_play_selected(
    environment: Vcenter, tmp_path: pathlib.Path, tag: str
) -> None:
    failed = environment.create(state="error", error={"_typeName": "NotSupported"}, change_tag=tag)
    environment.create(state="success", change_tag=tag)
    selected = "found.tasks | selectattr('state', 'eq', 'error')"
    content = f"{{{{ [found | combine({{'tasks': {selected}}})] | vsphere.tasks.task_report }}}}"
    tasks = [
        {"vsphere.tasks.vsphere_task_info": {"tags": [tag]}, "register": "found"},
        {"copy": {"dest": str(tmp_path / "failed.html"), "content": content, "mode": "0644"}},
    ]
    file = tmp_path / "play.yml"
    file.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    environment.play(file)
    assert column(tmp_path / "failed.html", "id") == [failed]
