# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module against every recording in tests/recordings, over each protocol that the server has.

A recording contains the modules to run, their options, and the expected results.
"""

from __future__ import annotations

import contextlib
import pathlib
import typing as t

import pytest
import trustme
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader
from recording import Data, Recording, differs
from replay import Replay, serving

if t.TYPE_CHECKING:
    RunModule = t.Callable[[str, bool, Data], Data]

ROOT = pathlib.Path(_reader.__file__).parents[3]
RECORDINGS = [Recording(path) for path in sorted((ROOT / "tests" / "recordings").glob("*.yml"))]
SOAP_ONLY = [each for each in RECORDINGS if "json" not in each.protocols]
MODULES = ("cancel", "create", "info", "session", "start", "state", "type", "wait")


class Server(t.NamedTuple):
    """A served recording, and the options for a connection to it."""

    replay: Replay
    options: Data


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[t.Callable[[Recording], Server]]:
    """Returns the server of a recording without previous requests. Each server is started once."""
    ca = trustme.CA()
    ca_path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_path))
    common = {"hostname": "127.0.0.1", "ca_path": str(ca_path)}
    started: dict[str, Server] = {}
    with contextlib.ExitStack() as stack:

        def get(recorded: Recording) -> Server:
            if recorded.name not in started:
                replay, port = stack.enter_context(serving(recorded, ca))
                started[recorded.name] = Server(replay, {**common, **recorded.login, "port": port})
            started[recorded.name].replay.reset()
            return started[recorded.name]

        yield get


def runs() -> t.Iterator[t.Any]:
    for recorded in RECORDINGS:
        for run in recorded.runs:
            for transport in ("auto", *recorded.protocols):
                yield pytest.param(recorded, run, transport, id=f"{recorded.name}-{transport}-{run['name']}")


@pytest.mark.parametrize(("recorded", "run", "transport"), [*runs()])
def test_a_run_has_the_expected_result(
    server: t.Callable[[Recording], Server], run_module: RunModule, recorded: Recording, run: Data, transport: str
) -> None:
    at = server(recorded)
    result = follow(run, {**at.options, "transport": transport}, run_module, {})
    if not result["failed"]:
        spoken = transport if transport != "auto" else "json" if "json" in recorded.protocols else "soap"
        assert (result["api"]["transport"], result["api"]["product"]) == (spoken, recorded.product)
    assert at.replay.wrong == []
    assert at.replay.sessions == set(), "sessions are left behind"


def follow(run: Data, options: Data, run_module: RunModule, before: Data) -> Data:
    """Run a module, and then the next ones, whose options can contain values of its result. Returns the last result."""
    own = {
        name: before[value[1:-1]] if isinstance(value, str) and value[1:-1] in before else value
        for name, value in run.get("options", {}).items()
    }
    result = run_module(run["module"], False, {**options, **own})
    problem = differs({"failed": False, **run.get("expect", {})}, result)
    del result["invocation"]
    assert not problem, result
    for following in run.get("then", ()):
        follow(following, options, run_module, result)
    return result


@pytest.mark.parametrize("recorded", RECORDINGS, ids=[each.name for each in RECORDINGS])
def test_every_module_runs(recorded: Recording) -> None:
    assert recorded.is_trace or {run["module"] for run in recorded.runs} == set(MODULES)


# One run of each module against a recording of a server without VI/JSON.
WITHOUT_VIJSON = {f"{each.name}-{run['module']}": (each, run) for each in SOAP_ONLY for run in reversed(each.runs)}


@pytest.mark.parametrize(("recorded", "run"), WITHOUT_VIJSON.values(), ids=WITHOUT_VIJSON)
def test_vijson_on_a_server_without_it_is_an_error_with_a_remedy(
    server: t.Callable[[Recording], Server], run_module: RunModule, recorded: Recording, run: dict[str, t.Any]
) -> None:
    at = server(recorded)
    result = run_module(run["module"], False, {**at.options, **run.get("options", {}), "transport": "json"})
    assert "VI/JSON" in result["msg"]
    assert "transport" in result["msg"]
    assert at.replay.wrong == []
