"""A process of `lab` waits with its libraries loaded; it does one job, and ends when nobody needs it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping

import pytest

from forge.learning import waiting_lab
from forge.learning.conversions.making import waiting_converter
from forge.learning.waiting_lab import LabLibraries, LabProcess, WaitingLab, waiting_tensorflow, waiting_torch
from tests.support.patience import PATIENCE

SOURCE = "import sys; sys.stdin.read()"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[LabProcess]]:
    """The processes that were started: small ones that wait for the end of their input."""
    processes: list[LabProcess] = []

    def start(_variables: Mapping[str, str], ahead: LabLibraries | None = None) -> LabProcess:
        assert ahead is LabLibraries.QUANTISER
        process = subprocess.Popen([sys.executable, "-c", SOURCE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        processes.append(LabProcess(process, tempfile.TemporaryFile()))  # noqa: SIM115 (closed by `end`)
        return processes[-1]

    monkeypatch.setattr(waiting_lab, "start_lab", start)
    yield processes
    for each in processes:
        each.end()


def test_each_job_gets_a_process_that_had_none(started: list[LabProcess]) -> None:
    waiting = WaitingLab(LabLibraries.QUANTISER)
    waiting.prepare({})
    waiting.prepare({})
    assert len(started) == 1
    assert waiting.take({}) is started[0]
    assert waiting.take({}) is started[1]
    waiting.prepare({})
    assert waiting.take({}) is started[2]


def test_a_process_that_died_while_it_waited_is_given_to_nobody(started: list[LabProcess]) -> None:
    waiting = WaitingLab(LabLibraries.QUANTISER)
    waiting.prepare({})
    started[0].process.kill()
    started[0].process.wait()
    assert waiting.take({}) is started[1]
    assert started[1].process.poll() is None


def test_a_process_that_nobody_needs_ends_by_itself(started: list[LabProcess]) -> None:
    others = set(threading.enumerate())  # other tests' processes may still wait
    waiting = WaitingLab(LabLibraries.QUANTISER, idle_seconds=0.01)
    waiting.prepare({})
    assert started[0].process.wait(PATIENCE) == 0
    for thread in set(threading.enumerate()) - others:
        thread.join(PATIENCE)
    assert waiting.take({}) is started[1]


def test_the_end_of_a_server_ends_it_and_prepares_none(started: list[LabProcess]) -> None:
    waiting = WaitingLab(LabLibraries.QUANTISER)
    waiting.prepare({})
    waiting.close()
    assert started[0].process.poll() == 0
    waiting.prepare({})
    assert len(started) == 1


@pytest.mark.parametrize("name", ["a.keras", "a.h5", "saved.zip"])
def test_a_source_of_tensorflow_is_given_to_the_process_that_loaded_it(name: str) -> None:
    assert waiting_converter(name) is waiting_tensorflow


def test_a_program_of_pytorch_is_given_to_the_process_that_loaded_it() -> None:
    assert waiting_converter("a.pt2") is waiting_torch


@pytest.mark.parametrize("name", ["a.onnx", "a.tflite"])
def test_a_source_that_no_large_library_converts_is_given_to_no_waiting_process(name: str) -> None:
    assert waiting_converter(name) is None
