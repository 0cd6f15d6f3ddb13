# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history: its pages, its requests, and servers without one."""

from __future__ import annotations

import tracemalloc
import typing as t

import pytest
from selections import ids


@pytest.mark.parametrize(("order", "more"), [("oldest", 7), ("newest", 9)])
def test_a_long_history_needs_few_requests(vcenter: t.Any, tag: str, order: str, more: int) -> None:
    vcenter.create_many(250, change_tag=tag, state="success")
    result = vcenter.run("info", tags=[tag], source="history", order=order, page_size=100)
    assert len(ids(result)) == 250
    assert len(set(ids(result))) == 250
    assert sum(vcenter.stats["total"].values()) <= 3 + more
    assert vcenter.stats["collectors"]["TaskHistoryCollector"] == 0


@pytest.mark.parametrize("transport", ["soap"], indirect=True)
def test_auto_needs_one_more_request_than_soap(server: t.Any) -> None:
    vcenter = server("vcenter7")
    vcenter.create()
    costs = {}
    for way in ("soap", "auto"):
        vcenter.control("DELETE", "/stats")
        assert vcenter.run("info", source="history", transport=way, limit=1)["tasks"]
        costs[way] = sum(vcenter.stats["total"].values())
    assert costs["auto"] == costs["soap"] + 1


def test_memory_does_not_grow_with_tasks_that_do_not_match(vcenter: t.Any, tag: str) -> None:
    # The first run imports and caches what all of them need.
    vcenter.run("info", tags=[tag], source="history")
    peaks = []
    for count in (1000, 3000):
        vcenter.create_many(count, change_tag=tag, state="success")
        tracemalloc.start()
        result = vcenter.run("info", tags=[tag], description_ids=["none"], source="history", page_size=100)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert ids(result) == []
    assert peaks[1] < 2 * peaks[0]


@pytest.mark.parametrize(("entity", "more"), [({"name": "DC0_H0_VM1"}, 4), ({"path": "DC0/vm/DC0_H0_VM1"}, 1)])
def test_an_entity_needs_few_requests(vcenter: t.Any, tag: str, entity: dict[str, str], more: int) -> None:
    def first_pages() -> int:
        # Tasks of other tests can be on more of them.
        return sum("ContinueRetrieve" not in call for call in vcenter.requests())

    # Without tasks, because their names can require more requests.
    vcenter.run("info", tags=[tag])
    without = first_pages()
    vcenter.run("info", tags=[tag], entity=entity)
    assert first_pages() == 2 * without + more


def test_overlapping_pages_give_each_task_once(vcenter: t.Any, tag: str) -> None:
    old = vcenter.create_many(5, change_tag=tag)
    reset = "TaskHistoryCollector.ResetCollector"
    early: list[bool] = []

    def queue() -> None:
        vcenter.create_many(2, change_tag=tag)
        early.extend(each["status"] == 0 for each in vcenter.log() if each["call"] == reset)

    # The tasks are queued between the readings of the latest page and of the page before it.
    vcenter.fault("delay", "ResetCollector$", seconds=2)
    vcenter.during(reset, queue, times=1)
    found = ids(vcenter.run("info", tags=[tag], source="history", page_size=4))
    vcenter.stop()
    assert early == [True]
    assert len(found) == len(set(found))
    assert set(old) <= set(found)


@pytest.mark.parametrize("kind", ["reset_after", "cut", "status"])
def test_a_page_that_is_lost_is_read_again(vcenter: t.Any, tag: str, kind: str) -> None:
    wanted = vcenter.create_many(5, change_tag=tag)
    vcenter.fault(kind, "ReadNextTasks$", skip=1)
    assert ids(vcenter.run("info", tags=[tag], source="history", order="oldest", page_size=2)) == wanted
    assert vcenter.stats["collectors"]["TaskHistoryCollector"] == 0


@pytest.mark.parametrize("transport", ["soap"], indirect=True)
def test_an_esxi_has_no_history(server: t.Any) -> None:
    esxi = server("esxi")
    result = esxi.run("info", begin_time="-1h")
    assert (
        "does not keep a history of tasks, because it is not a vCenter, but the history is necessary for begin_time"
        in result["msg"]
    )
    assert "set source: recent to search only the recent tasks" in result["msg"]
    assert not esxi.run("info", begin_time="-1h", source="recent")["failed"]
    for source in ("auto", "recent"):
        result = esxi.run("info", children=True, task_ids=[esxi.create()], source=source)
        # The source does not help here.
        assert result["msg"].endswith("because it is not a vCenter, but the history is necessary for children")
