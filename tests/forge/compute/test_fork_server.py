"""The process that forks: what it starts is its own alone, and nothing is left when it or its server dies."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from forge.compute.errors import ChildDied
from forge.compute.pool.child_process import ChildProcess
from forge.compute.pool.fork_server import Ending, ForkServer
from forge.compute.workdir import workdir
from tests.forge.compute.attacked import Attacked
from tests.forge.compute.test_compiler import is_running, is_zombie, until

QUICK = "email"
"""A module that is imported at once; nothing runs in it here."""
MARK = "FORGE_SECRET_OF_THE_SERVER"


@pytest.fixture
def fork_server() -> Iterator[ForkServer]:
    server = ForkServer(QUICK)
    yield server
    server.close()


def process_of(server: ForkServer) -> int:
    """The process id of the process that forks."""
    server.prepare()
    assert server._connection is not None
    return server._connection._process.pid


def message(folder: Path) -> dict[str, object]:
    return {"folder": str(folder), "size": 1 << 20, "group": None, "arguments": [], "variables": {}}


def streams() -> tuple[int, ...]:
    return tuple(os.open(os.devnull, os.O_RDWR) for _ in range(3))


@pytest.mark.protects("compiling/dying-children")
def test_an_ending_is_told_until_the_process_is_released(fork_server: ForkServer, tmp_path: Path) -> None:
    process = fork_server.start(message(tmp_path), streams())
    until(lambda: process.ending is not None)
    assert process.ending == Ending(exit=1), "the module has no `main`"
    assert is_zombie(process.pid), "its id is nobody else's yet"
    process.release()
    until(lambda: not Path(f"/proc/{process.pid}").exists())


@pytest.mark.protects("compiling/dying-children")
def test_a_signal_reaches_a_process_that_was_forked_just_now(tmp_path: Path) -> None:
    for _ in range(20):
        process = ChildProcess(tmp_path)
        process.stop("")
        until(lambda process=process: process.ending is not None)
        assert process.ending == Ending(signal=signal.SIGKILL)
        process.close()


@pytest.mark.protects("compiling/dying-children")
@pytest.mark.parametrize("milliseconds", [0, 1, 2, 5, 10, 20, 50, 100])
def test_no_process_outlives_a_keeper_that_dies_while_it_starts(milliseconds: int, tmp_path: Path) -> None:
    process = ChildProcess(tmp_path)
    time.sleep(milliseconds / 1000)  # the moment of death is what this is about
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: running_in_group(process.pid) == [])
    assert process.ending == Ending(signal=signal.SIGKILL)
    process.close()


@pytest.mark.slow
@pytest.mark.protects("compiling/dying-children")
def test_what_was_forked_ends_with_the_process_that_forked_and_the_next_start_begins_another(tmp_path: Path) -> None:
    server = ForkServer("forge.compute.child.main")

    class Process(ChildProcess):
        fork_server = server

    first = Process(tmp_path)
    until(lambda: first.isolation is not None)
    inside = child_of(first.pid)
    os.kill(process_of(server), signal.SIGKILL)
    first.stop("")
    until(lambda: has_ended(first.pid) and has_ended(inside))
    assert first.death().reason == "The compiler's process was ended by SIGKILL."
    second = Process(tmp_path)
    assert second.ending is None
    for process in (first, second):
        process.close()
    server.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.protects("compiling/dying-children")
def test_a_message_to_a_process_that_died_is_a_clear_error(fork_server: ForkServer, tmp_path: Path) -> None:
    process = fork_server.start(message(tmp_path), streams())
    pid = process_of(fork_server)
    os.kill(pid, signal.SIGKILL)
    until(lambda: has_ended(pid))
    assert fork_server._connection is not None
    with pytest.raises(ChildDied, match="has ended"):
        fork_server._connection.ask({"ending": process.pid})
    process.release()


@pytest.mark.protects("compiling/dying-children")
def test_where_no_process_can_be_started_nothing_is_left(tmp_path: Path) -> None:
    server = ForkServer("no.such.module")

    class Process(ChildProcess):
        fork_server = server

    workdir()  # whose lock stays open
    count = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(ChildDied, match="has ended"):
            Process(tmp_path)
        server.close()
    assert list(tmp_path.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == count


@pytest.mark.protects("compiling/leftovers")
def test_a_process_has_no_descriptor_of_another(tmp_path: Path) -> None:
    with Attacked(tmp_path) as first, Attacked(tmp_path) as second:
        for compiler in (first, second):
            compiler.make_ready(owner=uuid4())
        kinds = [kinds_of_descriptors(compiler.pid) for compiler in (first, second) if compiler.pid is not None]
        assert kinds[0] == kinds[1], "the second has nothing of the first"


@pytest.mark.protects("compiling/exploited-process")
def test_no_variable_of_the_server_is_passed_on(fork_server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, "x")
    environment = Path(f"/proc/{process_of(fork_server)}/environ")
    until(lambda: b"PYTHONPATH=" in environment.read_bytes())
    assert MARK.encode() not in environment.read_bytes()


@pytest.mark.protects("compiling/dying-children")
def test_many_threads_start_processes_at_once(tmp_path: Path) -> None:
    processes: list[ChildProcess] = []

    def start() -> None:
        processes.append(ChildProcess(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({process.pid for process in processes}) == 8
    for process in processes:
        until(lambda process=process: process.isolation is not None)
        process.close()


def has_ended(pid: int) -> bool:
    return is_zombie(pid) or not is_running(pid)


def running_in_group(group: int) -> list[str]:
    """The ids of processes in a group, without those that have ended."""
    fields = {path.parent.name: _fields_of(path) for path in Path("/proc").glob("[0-9]*/stat")}
    return [pid for pid, (state, _, number) in fields.items() if number == str(group) and state != "Z"]


def _fields_of(path: Path) -> list[str]:
    """The state, the parent and the group of a process; empty ones where it has gone."""
    try:
        return path.read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return ["", "", ""]


def child_of(keeper: int) -> int:
    """The process of the module, below the keeper."""
    return int(Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()[0])


def kinds_of_descriptors(keeper: int) -> list[str]:
    """The kinds of all descriptors that the keeper and its child have, without the numbers in their names."""
    folders = [Path(f"/proc/{pid}/fd") for pid in (keeper, child_of(keeper))]
    return sorted(
        re.sub(r"compiler-\w+|\d", "", str(link.readlink())) for folder in folders for link in folder.iterdir()
    )
