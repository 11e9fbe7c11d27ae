"""Processes of one installation on one machine that hear who computes in the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from forge.compute.scheduler import peers as neighbours
from forge.compute.scheduler.compute_pace import ComputePace
from forge.compute.scheduler.peers import FILE, OUTDATED_AFTER, PUBLISH_EVERY, PeerReport, Peers, read_report
from forge.compute.scheduler.recent_usage import MOMENT, Sharing
from forge.compute.scheduler.slots import Party, SlotScheduler
from tests.support.patience import PATIENCE

ACME, OTHER = uuid4(), uuid4()

NewProcess = Callable[[str], Sharing]


@pytest.fixture
def new_process(tmp_path: Path) -> NewProcess:
    """The sharing of a process with a folder of its own."""

    def new_process(name: str) -> Sharing:
        folder = tmp_path / f"process-{name}"
        folder.mkdir()
        return Sharing(Peers(lambda: folder))

    return new_process


def test_who_computed_more_in_one_process_yields_there_to_another_organisation_in_another(
    new_process: NewProcess,
) -> None:
    server, worker = new_process("server"), new_process("worker")
    server.set_computing("questions", [ACME], now=100)
    worker.set_computing("builds", [OTHER], now=102)
    assert server.is_to_yield(ACME, 102.1)
    assert not worker.is_to_yield(OTHER, 102.1)
    worker.set_computing("builds", [], now=102.2)
    assert not server.is_to_yield(ACME, 102.3), "nobody else computes any more"


def test_what_was_computed_elsewhere_counts(new_process: NewProcess) -> None:
    server, worker = new_process("server"), new_process("worker")
    worker.set_computing("builds", [ACME], now=100)
    worker.set_computing("builds", [], now=104)
    server.set_computing("questions", [ACME, OTHER], now=104)
    assert server.is_to_yield(ACME, 104 + MOMENT / 2)
    assert not server.is_to_yield(OTHER, 104 + MOMENT / 2)


@pytest.mark.protects("availability/streams-of-questions")
def test_schedulers_of_two_processes_read_each_others_reports(new_process: NewProcess) -> None:
    server, worker = new_process("server"), new_process("worker")
    questions, builds = (
        SlotScheduler(1, places=1, short=10, half_life=10, head_start=1, sharing=sharing)
        for sharing in (server, worker)
    )
    with questions.claim(Party(ACME)) as greedy:
        server._usage.add(ACME, 2 * MOMENT, time.monotonic())
        assert greedy.pace() is ComputePace.USUAL
        with builds.claim(Party(OTHER)) as other:
            deadline = time.monotonic() + PATIENCE
            while greedy.pace() is not ComputePace.YIELDING:
                assert time.monotonic() < deadline
            assert other.pace() is ComputePace.USUAL


def test_a_process_that_died_is_not_yielded_to(new_process: NewProcess) -> None:
    server, worker = new_process("server"), new_process("worker")
    server.set_computing("questions", [ACME], now=100)
    worker.set_computing("builds", [OTHER], now=103)
    assert server.is_to_yield(ACME, 103 + OUTDATED_AFTER / 2)
    assert not server.is_to_yield(ACME, 103 + OUTDATED_AFTER)


def test_who_computes_on_says_so_again_and_not_more_often_than_others_listen(tmp_path: Path) -> None:
    folder = tmp_path / "process-one"
    folder.mkdir()
    peers = Peers(lambda: folder)
    for at in (100, 100 + PUBLISH_EVERY / 2, 100 + PUBLISH_EVERY):
        peers.publish(PeerReport(at, frozenset({ACME})))
        report = read_report(folder / FILE)
        assert report is not None
        assert report.at == (100 if at < 100 + PUBLISH_EVERY else at)


def test_another_machine_that_shares_the_folder_has_a_processor_of_its_own(
    new_process: NewProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, worker = new_process("server"), new_process("worker")
    server.set_computing("questions", [ACME], now=100)
    monkeypatch.setattr(neighbours, "machine", lambda: "elsewhere")
    worker.set_computing("builds", [OTHER], now=103)
    monkeypatch.undo()
    assert not server.is_to_yield(ACME, 103.2)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"machine": 1}', "\0", '{"machine":"M","at":"x"}'])
def test_what_is_no_such_file_is_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text.replace("M", neighbours.machine()))
    assert read_report(tmp_path / FILE) is None


def test_without_a_place_to_write_nothing_is_said_and_all_goes_on(tmp_path: Path) -> None:
    alone = Sharing(Peers(lambda: tmp_path / "process-gone"))
    alone.set_computing("builds", [ACME, OTHER], now=100)
    assert not alone.is_to_yield(OTHER, 101)


def test_what_is_read_is_what_was_said(tmp_path: Path) -> None:
    report = PeerReport(1.5, frozenset({ACME, OTHER}), {ACME: 0.25, UUID(int=7): 3.0})
    (tmp_path / FILE).write_text(report.to_json())
    assert read_report(tmp_path / FILE) == report
