# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The content of the report, and its reactions to the reader."""

from __future__ import annotations

import typing as t

import pytest
from pages import Open, Opened, colored
from samples import many, task, timed, unfinished

CHILD_OF_1 = {"parent_task_key": "task-1", "root_task_key": "task-1"}
FULL: dict[str, t.Any] = {
    "type": "NoDiskSpace",
    "message": "Insufficient disk space on datastore 'ds-1'.",
    "messages": [],
    "cause": None,
}
FULL_TOO = {**FULL, "message": "Insufficient disk space on datastore 'ds-22'."}
ENTITY, OUTCOME = 2, 4


def search(report: Opened, text: str) -> None:
    report.page.get_by_role("searchbox").fill(text)


def limited(report: Opened) -> str:
    """The text about limits after the reader limits the page to the visible time."""
    report.page.get_by_role("button", name="Only tasks of this time").click()
    return str(report.page.locator("#limits").inner_text())


def test_the_summary_and_the_table_show_the_tasks(open_report: Open) -> None:
    report = open_report(task(1), task(2, state="error", error=FULL), *unfinished())
    page = report.page
    assert page.title() == "A report"
    assert page.locator("#count").inner_text() == "10 tasks"
    tiles = page.locator("#tiles li").all_inner_texts()
    assert [" ".join(tile.split()) for tile in tiles[:4]] == ["10 tasks", "5 running", "3 queued", "1 failed (10 %)"]
    assert sorted(report.cells("tasks-table", OUTCOME)) == ["failed"] + ["queued"] * 3 + ["running"] * 5 + ["success"]
    assert "vc1.example.com. 2026-11-27 06:00:10 to 2026-11-27" in page.locator("#origin").inner_text()


def test_queued_running_and_failed_have_their_colors(open_report: Open) -> None:
    report = open_report(timed(1, 0, 1000, 2000), timed(2, 0, 0, 2000, state="error", error=FULL, entity_name="db"))
    for color in ("queued", "success", "failed"):
        assert colored(report, color) > 500, color
    assert colored(report, "running") == 0
    search(report, "web")
    assert colored(report, "failed") == 0


def test_a_task_that_is_queued_for_a_moment_has_a_bar(open_report: Open) -> None:
    report = open_report(timed(1, 0, 0, 100_000), timed(2, 50_000, None, None, state="queued", queued_for=1.0))
    assert colored(report, "queued") > 10


def test_the_search_takes_all_words_in_any_field(open_report: Open) -> None:
    report = open_report(*(task(number) for number in range(1, 30)), task(30, state="error", error=FULL))
    search(report, "ALICE web-0")
    assert len(report.cells("tasks-table", ENTITY)) == 9
    assert report.page.locator("#count").inner_text() == "9 of 30 tasks"
    search(report, "disk space")
    assert report.cells("tasks-table", ENTITY) == ["web-30"]
    search(report, "nothing like it")
    assert report.page.locator("#count").inner_text() == "0 of 30 tasks"
    report.page.get_by_role("button", name="Clear the filter").click()
    assert report.page.locator("#count").inner_text() == "30 tasks"


def test_the_first_click_after_a_search_counts(open_report: Open) -> None:
    report = open_report(*(task(number, operation=f"Task {number}") for number in range(1, 4)))
    report.page.get_by_role("searchbox").press_sequentially("web-02")
    assert report.cells("tasks-table", ENTITY) == ["web-02"]
    report.page.locator("#tasks-table").get_by_role("button", name="Task 2").click()
    assert report.page.locator("#chosen").inner_text() == "Task 2 on web-02"


def test_outcome_operation_user_and_server_filter(open_report: Open) -> None:
    other = task(4, operation="Clone", reason={"type": "TaskReasonAlarm", "alarm_name": "Disk alarm"})
    report = open_report(
        results=[
            {"server": "vc1", "tasks": [task(1), task(2, state="error", error=FULL)]},
            {"server": "vc2", "tasks": [task(3), other]},
        ]
    )
    page = report.page
    entities = {"Outcome": "web-02", "vCenter": "web-03", "Operation": "web-04", "User": "web-04"}
    page.get_by_label("success").uncheck()
    assert report.cells("tasks-table", ENTITY) == [entities["Outcome"]]
    page.get_by_role("button", name="Clear the filter").click()
    page.locator("#server").select_option("=vc2")
    assert sorted(report.cells("tasks-table", ENTITY)) == ["web-03", "web-04"]
    page.locator("#user").select_option("=Disk alarm")
    assert report.cells("tasks-table", ENTITY) == ["web-04"]
    page.get_by_role("button", name="Clear the filter").click()
    page.locator("#operation").select_option("=Clone")
    assert report.cells("tasks-table", ENTITY) == ["web-04"]


def test_columns_sort_in_both_directions_with_unset_values_last(open_report: Open) -> None:
    tasks = [timed(1, 0, 0, 30), timed(2, 0, 0, 5), timed(10, 0, None, 9, state="error"), timed(3, 0, 0, 100)]
    report = open_report(*tasks)
    heads = report.page.locator("#tasks-table thead")
    heads.get_by_role("button", name="Duration").click()
    assert report.cells("tasks-table", ENTITY) == ["web-03", "web-01", "web-02", "web-10"]
    assert heads.locator("th[aria-sort=descending]").inner_text().startswith("Duration")
    heads.get_by_role("button", name="Duration").click()
    assert report.cells("tasks-table", ENTITY) == ["web-02", "web-01", "web-03", "web-10"]
    heads.get_by_role("button", name="Entity").click()
    assert report.cells("tasks-table", ENTITY) == ["web-01", "web-02", "web-03", "web-10"]


def test_a_long_table_has_pages(open_report: Open) -> None:
    report = open_report(*(task(number) for number in range(1, 61)))
    pages = report.page.locator("#tasks-table .pages")
    assert pages.locator("span").inner_text() == "1 to 25 of 60 tasks"
    pages.get_by_role("button", name="Next").click()
    pages.get_by_role("button", name="Next").click()
    assert len(report.cells("tasks-table", ENTITY)) == 10
    assert pages.get_by_role("button", name="Next").is_disabled()


@pytest.mark.parametrize("way", ["buttons", "keyboard", "wheel"])
def test_the_timeline_zooms_and_pans(open_report: Open, way: str) -> None:
    report = open_report(*(timed(number, number * 60, number * 60, number * 60 + 50) for number in range(100)))
    page = report.page
    whole = limited(report)
    assert whole.startswith("Only tasks from 2026-11-27 05:5")
    box = page.locator("#timeline").bounding_box()
    assert box
    if way == "buttons":
        page.get_by_role("button", name="Zoom in").click()
        page.get_by_role("button", name="Later").click()
    elif way == "keyboard":
        page.locator("#timeline").press("+")
        page.locator("#timeline").press("ArrowRight")
    else:
        page.locator("#timeline").scroll_into_view_if_needed()
        page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 200)
        page.keyboard.down("Control")
        for _turn in range(5):
            page.mouse.wheel(0, -120)
        page.keyboard.up("Control")
        page.wait_for_timeout(200)
    zoomed = limited(report)
    assert zoomed > whole
    shown = int(page.locator("#count").inner_text().split()[0])
    assert 5 < shown < 90
    if way == "keyboard":
        page.locator("#timeline").press("Home")
    else:
        page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="Clear the filter").click()
    assert limited(report) == whole


@pytest.mark.parametrize("group", ["entity", "user", "operation", "host", "vCenter"])
def test_the_timeline_groups(open_report: Open, group: str) -> None:
    report = open_report(*many(200), *unfinished())
    report.page.get_by_label("Group by").select_option(group)
    assert colored(report, "success") > 100


def test_a_chosen_task_shows_everything_and_its_companions(open_report: Open) -> None:
    report = open_report(
        timed(1, 0, 10, 100, operation="Clone", activation_id="4711"),
        timed(2, 0, 50, 60),
        timed(3, 0, 90, 400),
        timed(4, 100, 101, 120),
        timed(5, 0, None, None, state="queued"),
    )
    page = report.page
    page.locator("#tasks-table").get_by_role("button", name="Clone").click()
    assert page.locator("#chosen").inner_text() == "Clone on web-01"
    assert page.locator("#chosen").evaluate("element => element === document.activeElement")
    facts = page.locator("#facts").inner_text()
    assert "4711" in facts
    assert "2026-11-27 06:00:00, for 10 s" in facts
    assert page.locator("#together").inner_text() == "2 tasks ran at the same time."
    assert report.cells("companions", 2) == ["web-02", "web-03"]
    assert report.cells("companions", 7) == ["10 s", "10 s"]
    page.get_by_role("button", name="Show in the timeline").click()
    page.get_by_role("button", name="Close").click()
    assert page.locator("#details").is_hidden()
    assert limited(report) == "Only tasks from 2026-11-27 05:59:24 to 2026-11-27 06:04:24"


def test_companions_of_a_task_need_not_fit_the_filter(open_report: Open) -> None:
    report = open_report(timed(1, 0, 10, 100, operation="Clone"), timed(2, 0, 50, 60), timed(3, 200, 200, 300))
    page = report.page
    search(report, "Clone")
    page.locator("#tasks-table").get_by_role("button", name="Clone").click()
    assert page.locator("#together").inner_text() == "1 task ran at the same time."
    assert report.cells("companions", 2) == ["web-02"]
    assert page.locator("#reveal").is_visible()
    page.locator("#companions tbody button").click()
    assert page.locator("#chosen").inner_text() == "Power On virtual machine on web-02"
    # The timeline has only tasks that fit the filter.
    assert page.locator("#reveal").is_hidden()


def test_a_bar_chooses_its_task(open_report: Open) -> None:
    report = open_report(timed(1, 0, 0, 1000))
    report.page.locator("#timeline").click(position={"x": 600, "y": 40})
    assert report.page.locator("#chosen").inner_text() == "Power On virtual machine on web-01"


def test_a_tooltip_describes_its_bar(open_report: Open) -> None:
    report = open_report(timed(1, 0, 0, 1000))
    report.page.locator("#timeline").hover(position={"x": 600, "y": 40})
    assert "ran for 16 min 40 s" in report.page.locator("#timeline .tip").inner_text()


def test_operations_have_their_durations(open_report: Open) -> None:
    tasks = [timed(number, 0, 0, number) for number in range(1, 102)]
    report = open_report(*tasks, timed(200, 0, 0, 7200, operation="Clone"), timed(201, 0, 0, None, operation="Runs"))
    rows = report.page.locator("#operations-table tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["Clone", "1", "0", "2 h 00 min", "2 h 00 min", "2 h 00 min on web-200"],
        ["Power On virtual machine", "101", "0", "51 s", "1 min 36 s", "1 min 41 s on web-101"],
    ]
    assert colored(report, "queued", "durations") > 500
    report.page.locator("#operations-table").get_by_role("button", name="2 h 00 min on web-200").click()
    assert report.page.locator("#chosen").inner_text() == "Clone on web-200"


def test_the_concurrency_of_tasks_is_shown(open_report: Open) -> None:
    report = open_report(timed(1, 0, 0, 100), timed(2, 0, 50, 150), timed(3, 50, 90, 100), timed(4, 100, 100, 150))
    assert report.page.locator("#peak").inner_text() == "At most 3 tasks ran at the same time. At most 1 task waited."
    assert colored(report, "success", "concurrency") > 100
    report.page.get_by_text("Table", exact=True).click()
    assert max(map(int, report.cells("spans-table", 2))) <= 3


def test_failures_are_grouped_by_reason(open_report: Open) -> None:
    report = open_report(
        task(1, state="error", error=FULL),
        task(2, state="error", error=FULL_TOO),
        task(3, state="error", error={**FULL, "type": "HostNotConnected", "message": "Unable to communicate."}),
        task(4, state="error", error=None),
        task(5, state="error", cancelled=True, error={**FULL, "type": "RequestCanceled"}),
        task(6),
    )
    assert report.cells("failures-table", 1)[0] == "Insufficient disk space on datastore …."
    assert report.cells("failures-table", 3) == ["2 tasks", "1 task", "1 task"]
    assert report.cells("tasks-table", OUTCOME).count("canceled") == 1
    report.page.locator("#failures-table").get_by_role("button", name="2 tasks").click()
    assert sorted(report.cells("tasks-table", ENTITY)) == ["web-01", "web-02"]
    assert "failed: Insufficient disk space" in report.page.locator("#limits").inner_text()


@pytest.mark.parametrize(
    ("messages", "reasons"),
    [
        (["L'hôte n'est pas prêt.", "L'accès n'est pas prêt."], ["L'accès n'est pas prêt.", "L'hôte n'est pas prêt."]),
        (["The host can't wait, it isn't up.", "The host can't boot, it isn't up."], None),
        (
            ["L\u2019hôte \u2018d\u2019Anne\u2019 manque.", "L\u2019hôte \u2018a\u2019 manque."],
            ["L\u2019hôte … manque."],
        ),
        (["It can't find 'Bob's disk'.", "It can't find 'Eve's disk'."], ["It can't find …."]),
        (["ホスト'a'がありません", "ホスト'b'がありません"], ["ホスト…がありません"]),
    ],
)
def test_apostrophes_in_words_do_not_quote(open_report: Open, messages: list[str], reasons: list[str] | None) -> None:
    errors = [{**FULL, "message": message} for message in messages]
    report = open_report(*(task(number, state="error", error=error) for number, error in enumerate(errors)))
    assert sorted(report.cells("failures-table", 1)) == sorted(reasons or messages)


def test_servers_without_tasks_are_named(open_report: Open) -> None:
    report = open_report(
        results=[
            {"server": "vc1", "tasks": [task(1)], "api": {"product": "vCenter 9"}},
            {"server": "vc2", "msg": "No route"},
        ],
        unread=("vc1", "vc3"),
    )
    assert report.page.get_by_role("alert").inner_text().split("\n\n") == [
        "The tasks of vc2 are missing: No route",
        "The tasks of vc3 are missing: The play ended for this host before.",
    ]
    assert "vc1, vCenter 9; vc2; vc3" in report.page.locator("#origin").inner_text()


def test_results_without_a_name_are_of_different_servers(open_report: Open) -> None:
    def tasks(entity: str) -> list[dict[str, t.Any]]:
        child = timed(2, 0, 0, 1000, operation="Child", entity_name=entity, **CHILD_OF_1)
        return [timed(1, 0, 0, 1000, operation="Parent", entity_name=entity), child]

    product = {"product": "vCenter 9"}
    report = open_report(results=[{"tasks": tasks("a"), "api": product}, {"tasks": tasks("z"), "api": product}])
    page = report.page
    assert sorted(report.cells("tasks-table", 4)) == ["vCenter 9", "vCenter 9", "vCenter 9 (2)", "vCenter 9 (2)"]
    chosen = []
    for lane in range(4):
        page.locator("#timeline").click(position={"x": 600, "y": 28 + 22 * lane + 11})
        chosen.append(page.locator("#chosen").inner_text())
    assert chosen == ["Parent on a", "Child on a", "Parent on z", "Child on z"]


def test_a_report_without_tasks_says_so(open_report: Open) -> None:
    report = open_report(results=[{"server": "vc1", "tasks": []}])
    assert report.page.locator("#count").inner_text() == "0 tasks"
    assert "No tasks" in report.page.locator("#origin").inner_text()


@pytest.mark.parametrize("tasks", [0, 1])
def test_no_tasks_have_no_times(open_report: Open, tasks: int) -> None:
    report = open_report(results=[{"server": "vc1", "tasks": [task(1)][:tasks]}])
    search(report, "nothing like it")
    report.settle()
    assert report.page.locator("#spans-table tbody tr").count() == 0
    for chart in ("timeline", "concurrency"):
        assert [colored(report, color, chart) for color in ("muted", "line", "band")] == [0, 0, 0], chart
    assert limited(report) == ""


def test_child_tasks_are_below_their_parents_and_other_tasks_below_them(open_report: Open) -> None:
    report = open_report(
        timed(1, 0, 0, 1000, operation="Parent", entity_name="a"),
        timed(2, 10, 10, 1000, operation="Child", entity_name="b", parent_task_key="task-1"),
        timed(3, 20, 20, 1000, operation="Grandchild", entity_name="c", parent_task_key="task-2"),
        timed(4, 0, 0, 1000, operation="Other", entity_name="a"),
        # Each of the two is the parent of the other, which servers do not return.
        timed(5, 0, 0, 1000, operation="Odd", entity_name="z", parent_task_key="task-6"),
        timed(6, 0, 0, 1000, operation="Odder", entity_name="z", parent_task_key="task-5"),
    )
    chosen = []
    for lane in range(6):
        report.page.locator("#timeline").click(position={"x": 600, "y": 28 + 22 * lane + 11})
        chosen.append(report.page.locator("#chosen").inner_text().split(" on ")[0])
    assert chosen[:3] == ["Parent", "Child", "Grandchild"]
    assert chosen[3] == "Other"
    assert sorted(chosen[4:]) == ["Odd", "Odder"]


def test_tasks_at_the_same_time_lie_in_lanes_and_others_in_one(open_report: Open) -> None:
    tasks = [timed(1, 0, 0, 1000), timed(2, 0, 500, 1000), timed(3, 1000, 1000, 2000), timed(4, 0, 0, 1000)]
    report = open_report(*(dict(each, entity_name="a", operation=f"Task {each['id']}") for each in tasks))
    rows = {}
    for lane in range(3):
        for x in (400, 900):
            report.page.locator("#timeline").click(position={"x": x, "y": 28 + 22 * lane + 11})
            if report.page.locator("#details").is_visible():
                rows[lane, x] = report.page.locator("#chosen").inner_text()
                report.page.get_by_role("button", name="Close").click()
    assert len(set(rows.values())) == 4
    assert rows[0, 900] == "Task task-3 on a"
    assert (1, 900) not in rows
    assert (2, 900) not in rows


def test_children_in_the_result_are_tasks_of_the_report(open_report: Open) -> None:
    child = task(2, **CHILD_OF_1, children=[task(3, parent_task_key="task-2", children=[])])
    report = open_report(task(1, children=[child]))
    assert report.page.locator("#count").inner_text() == "3 tasks"
