"""A process of `lab` waits with its libraries loaded; it does one job, and ends when nobody needs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from forge.compute.workdir import workdir
from forge.learning.conversions.running.making import waiting_converter
from forge.learning.lab_jobs import waiting as waiting_lab
from forge.learning.lab_jobs.waiting import (
    LabLibraries,
    LabProcess,
    WaitingLab,
    start_lab,
    waiting_tensorflow,
    waiting_torch,
)
from tests.support.patience import PATIENCE

SOURCE = "import sys; sys.stdin.read()"
KEEPER = """
import sys, tempfile
with tempfile.TemporaryDirectory() as name, open(name + "/recording", "w") as file:
    file.write("heard")
    file.flush()
    print(file.name, flush=True)
    sys.stdin.read()
"""
"""A program like `lab.command.job`, with a recording among its temporary files."""


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[LabProcess]]:
    """The processes that were started: small ones that wait for the end of their input."""
    processes: list[LabProcess] = []

    def start(_variables: Mapping[str, str], ahead: LabLibraries | None = None) -> LabProcess:
        assert ahead is LabLibraries.QUANTISER
        process = subprocess.Popen([sys.executable, "-c", SOURCE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        processes.append(LabProcess(process, tempfile.TemporaryFile(), tmp_path / "lab"))  # noqa: SIM115 (closed by `end`)
        return processes[-1]

    monkeypatch.setattr(waiting_lab, "start_lab", start)
    yield processes
    for each in processes:
        each.end()


@pytest.mark.slow
def test_each_job_gets_a_process_that_had_none(processes: list[LabProcess]) -> None:
    waiting = WaitingLab(LabLibraries.QUANTISER)
    waiting.prepare({})
    waiting.prepare({})
    assert len(processes) == 1
    assert waiting.take({}) is processes[0]
    assert waiting.take({}) is processes[1]
    waiting.prepare({})
    assert waiting.take({}) is processes[2]


def test_a_process_that_died_while_it_waited_is_given_to_nobody(processes: list[LabProcess]) -> None:
    waiting = WaitingLab(LabLibraries.QUANTISER)
    waiting.prepare({})
    processes[0].process.kill()
    processes[0].process.wait()
    assert waiting.take({}) is processes[1]
    assert processes[1].process.poll() is None


def test_a_process_that_nobody_needs_ends_by_itself(processes: list[LabProcess]) -> None:
    others = set(threading.enumerate())  # other tests' processes may still wait
    waiting = WaitingLab(LabLibraries.QUANTISER, idle_seconds=0.01)
    waiting.prepare({})
    assert processes[0].process.wait(PATIENCE) == 0
    for thread in set(threading.enumerate()) - others:
        thread.join(PATIENCE)
    assert waiting.take({}) is processes[1]


def test_the_end_of_a_server_ends_it_and_prepares_none(processes: list[LabProcess]) -> None:
    waiting = WaitingLab(LabLibraries.QUANTISER)
    waiting.prepare({})
    waiting.close()
    assert processes[0].process.poll() == 0
    waiting.prepare({})
    assert len(processes) == 1


@pytest.mark.parametrize("name", ["a.keras", "a.h5", "saved.zip"])
def test_a_source_of_tensorflow_is_given_to_the_process_that_loaded_it(name: str) -> None:
    assert waiting_converter(name) is waiting_tensorflow


def test_a_program_of_pytorch_is_given_to_the_process_that_loaded_it() -> None:
    assert waiting_converter("a.pt2") is waiting_torch


@pytest.mark.parametrize("name", ["a.onnx", "a.tflite"])
def test_a_source_that_no_large_library_converts_is_given_to_no_waiting_process(name: str) -> None:
    assert waiting_converter(name) is None


@pytest.mark.parametrize("is_killed", [True, False])
def test_the_temporary_files_of_a_process_end_with_it(tmp_path: Path, is_killed: bool) -> None:
    (tmp_path / "lab" / "command").mkdir(parents=True)
    (tmp_path / "lab" / "command" / "job.py").write_text(KEEPER)
    lab = start_lab({"PYTHONPATH": str(tmp_path)})
    assert lab.process.stdout is not None
    recording = Path(lab.process.stdout.readline().decode().strip())
    assert recording.read_text() == "heard"
    assert recording.is_relative_to(workdir())  # where the next server looks for what this one leaves
    if is_killed:
        os.killpg(lab.process.pid, signal.SIGKILL)
    lab.end()
    assert not recording.exists()
    assert not lab.folder.exists()
