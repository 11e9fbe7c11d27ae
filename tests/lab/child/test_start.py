"""A step runs in a process that has no network, no files but its own, a limited time and a limited memory."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import lab
import rune
from lab.child import start
from lab.child.job import ChildCommand
from lab.child.limits import ChildLimits
from lab.child.process import LONGEST_ANSWER, StepProcess
from lab.child.start import ProcessPool, Step, begin_step, end_waiting, run, start_ahead
from lab.refusal import Reason, Refused
from tests.support.cases import each_case
from tests.support.patience import PATIENCE

PYTHON = Path(sys.executable)
PROBE = """
import os, socket
from lab.refusal import Reason, Refused

def tried(action):
    try:
        action()
    except Exception as error:
        return type(error).__name__
    return "done"

def spin(job):
    while True:
        pass

def run(job):
    what = job.spec["what"]
    if what == "probe":
        job.report(0.5, "Half done")
        return {
            "secret": tried(lambda: open(job.spec["secret"]).read()),
            "canary": tried(lambda: open(job.spec["canary"], "w")),
            "network": tried(lambda: socket.create_connection(("127.0.0.1", job.spec["port"]), 1)),
            "program": tried(lambda: os.execv("/bin/sh", ["sh", "-c", "true"])),
            "variables": sorted(name for name in os.environ if "SECRET" in name),
            "input": job.inputs["source"].read_bytes().decode(),
            "output": job.outputs["model"].write_bytes(b"result"),
        }
    if what == "loaded":
        import sys
        return {"loaded": "lab.training.libraries" in sys.modules, "files": sorted(os.listdir("/proc/self/fd"))}
    if what == "copy":
        import sys
        loaded = sys.modules["lab.training.libraries"].LOADED
        job.folder.joinpath("left").write_text("x")
        job.folder.joinpath("folder").mkdir()
        job.folder.joinpath("link").symlink_to(job.folder / "folder")
        return {"loaded": loaded, "files": sorted(os.listdir(job.folder))}
    if what == "commands":
        while (command := job.command()) is None:
            pass
        return {"command": command.value}
    if what == "late":
        job.report(0.5, "Waiting")
        return {"late": job.inputs["late"].read_bytes().hex(), "source": job.inputs["source"].read_text()}
    if what == "long":
        for _ in range(job.spec["count"]):
            job.send({"text": "x" * (1 << 18)})
        return {}
    if what == "memory":
        return {"bytes": len(bytearray(job.spec["bytes"]))}
    if what == "refuse":
        raise Refused(Reason.PICKLE, "a sentence")
    if what == "raise":
        raise ValueError("first line\\nlast line")
    if what == "abort":
        os.abort()
    if what == "kill":
        os.kill(os.getpid(), 9)
    if what == "spin":
        spin(job)
    if what == "chatter":
        os.write(1, b"not an answer\\n")
        return {}
    if what == "attack":
        for number in range(3, 64):  # wherever the pipe of its answers is
            tried(lambda: os.write(number, job.spec["text"].encode()))
        spin(job)
"""


LIBRARIES = """
import os
LOADED = os.urandom(8).hex()
"""


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Copies of the packages in which a step probes the process that it runs in."""
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "rune").symlink_to(Path(rune.__path__[0]).resolve())
    shutil.copytree(Path(lab.__path__[0]), packages / "lab")
    (packages / "lab" / "formats" / "keras" / "converting.py").write_text(PROBE)
    (packages / "lab" / "training" / "libraries.py").write_text(LIBRARIES)
    monkeypatch.setattr("lab.child.process.package_folder", lambda name: str((packages / name).resolve()))
    return tmp_path


def step(folder: Path, what: str, limits: ChildLimits | None = None, **spec: object) -> Step:
    source = folder / "source"
    source.write_text("the input")
    outputs = {"model": folder / "model"}
    return Step("keras", {"what": what, **spec}, {"source": source}, outputs, limits or ChildLimits(seconds=60))


@pytest.mark.slow
@pytest.mark.protects("models-in/converters")
def test_a_step_reaches_nothing_but_its_files(probe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "x")
    secret, canary = probe / "secret", probe / "canary"
    secret.write_text("secret")
    reports: list[tuple[float, str]] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        request = step(probe, "probe", secret=str(secret), canary=str(canary), port=port)
        outcome = run(request, PYTHON, lambda share, text: reports.append((share, text)))
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    result = outcome.result
    assert (result["input"], (probe / "model").read_bytes()) == ("the input", b"result")
    assert result["variables"] == []
    assert [each for each in reports if each[1] != "Loading TensorFlow"] == [(0.5, "Half done")]
    assert "done" not in (result["secret"], result["canary"], result["network"], result["program"])
    assert not canary.exists()


@pytest.mark.protects("models-in/converters")
@each_case(
    ("what", "reason"),
    [("refuse", Reason.PICKLE), ("raise", Reason.NOT_CONVERTED), ("abort", Reason.CRASHED), ("chatter", None)],
)
def test_each_end_of_a_step_has_a_name(probe: Path, what: str, reason: Reason | None) -> None:
    if reason is None:
        assert run(step(probe, what), PYTHON).result == {}
        return
    with pytest.raises(Refused) as error:
        run(step(probe, what), PYTHON)
    assert error.value.reason is reason
    assert "first line" not in str(error.value)


@pytest.fixture
def waiting() -> Iterator[None]:
    yield
    end_waiting()


def test_a_process_that_waits_has_loaded_its_libraries_and_does_one_step(probe: Path, waiting: None) -> None:
    start_ahead(PYTHON, "keras")
    (process,) = start._waiting.values()
    start_ahead(PYTHON, "train")  # one is enough
    assert list(start._waiting.values()) == [process]
    outcome = run(step(probe, "loaded"), PYTHON)
    assert outcome.result["loaded"]
    assert not process.is_alive
    assert not start._waiting
    assert run(step(probe, "loaded"), PYTHON).result["loaded"]


def test_a_step_does_not_go_to_a_process_that_died_while_it_waited(probe: Path, waiting: None) -> None:
    start_ahead(PYTHON, "keras")
    (process,) = start._waiting.values()
    os.killpg(process.pid, signal.SIGKILL)
    process.status()
    assert run(step(probe, "loaded"), PYTHON).result["loaded"]


def test_a_process_that_waits_ends_with_the_one_that_started_it(probe: Path) -> None:
    process = StepProcess(PYTHON, ())
    for message in process.messages(time.monotonic() + PATIENCE, "test"):
        if message is not None and "ready" in message:
            break
    process.close()
    assert not process.is_alive


class ScriptedProcess:
    """A process of which is known what it answers, and when."""

    def __init__(self, answers: Sequence[dict[str, Any] | None]) -> None:
        self._answers = answers

    def send(self, request: object, descriptors: object) -> None:
        pass

    def messages(self, deadline: float, work: str) -> Iterator[dict[str, Any] | None]:
        yield from self._answers

    def close(self) -> None:
        pass


READY: dict[str, Any] = {"ready": True}
RESULT: dict[str, Any] = {"result": {}}


@pytest.mark.parametrize(
    ("answers", "texts"),
    [
        ([None, READY, None, None, RESULT], []),
        ([None, None, None, READY, None, RESULT], ["Loading TensorFlow"]),
    ],
    ids=["loaded ahead", "not loaded yet"],
)
def test_a_process_that_is_not_ready_is_said_to_load_its_libraries(
    answers: list[dict[str, Any] | None], texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "_waiting_process", lambda _python: ScriptedProcess(answers))
    messages: list[str] = []
    run(step(tmp_path, "loaded"), PYTHON, lambda _share, text: messages.append(text))
    assert messages == texts


def test_a_step_hears_a_command(probe: Path) -> None:
    commands = iter([None, ChildCommand.STOP])
    outcome = run(step(probe, "commands"), PYTHON, command=lambda: next(commands, None))
    assert outcome.result == {"command": "s"}


def test_a_step_begins_before_an_input_is_there(probe: Path) -> None:
    late, texts = probe / "late", []
    data = bytes(range(256)) * 1000  # more than a pipe holds
    with begin_step(step(probe, "late"), PYTHON, late=["late"]) as working:
        late.write_bytes(data)
        working.give("late", late)
        outcome = working.outcome(lambda _share, text: texts.append(text))
    assert outcome.result == {"late": data.hex(), "source": "the input"}
    assert "Waiting" in texts


def test_a_step_whose_input_is_never_given_ends_with_the_block(probe: Path, waiting: None) -> None:
    start_ahead(PYTHON, "keras")
    (process,) = start._waiting.values()
    with pytest.raises(LookupError), begin_step(step(probe, "late"), PYTHON, late=["late"]):
        raise LookupError
    assert not process.is_alive


def test_an_input_for_a_step_that_has_ended_is_not_waited_for(probe: Path) -> None:
    late = probe / "late"
    late.write_bytes(bytes(1 << 20))
    with begin_step(step(probe, "refuse"), PYTHON, late=["late"]) as working:
        working.give("late", late)
        with pytest.raises(Refused):
            working.outcome()


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    with closing(ProcessPool()) as processes:
        yield processes


@pytest.mark.protects("models-in/copies")
def test_several_steps_work_in_copies_of_one_process(probe: Path, pool: ProcessPool) -> None:
    first, second = (run(step(probe, "copy"), PYTHON, pool=pool) for _ in range(2))
    assert first.result == second.result  # nothing is left of the first
    assert first.gaps == second.gaps
    (process,) = pool._idle[PYTHON, ("lab.training.libraries",)]
    pool.close()
    assert not process.is_alive


@pytest.mark.protects("models-in/copies")
def test_two_steps_at_once_have_processes_of_their_own(probe: Path, pool: ProcessPool) -> None:
    with (
        begin_step(step(probe, "copy"), PYTHON, pool=pool) as first,
        begin_step(step(probe, "copy"), PYTHON, pool=pool) as other,
    ):
        assert first.outcome().result["loaded"] != other.outcome().result["loaded"]
    assert len(pool._idle[PYTHON, ("lab.training.libraries",)]) == 2


@pytest.mark.protects("models-in/copies")
@each_case(
    ("what", "limits", "reason"),
    [
        ("abort", ChildLimits(seconds=60), Reason.CRASHED),
        ("refuse", ChildLimits(seconds=60), Reason.PICKLE),
        ("raise", ChildLimits(seconds=60), Reason.NOT_CONVERTED),
        ("memory", ChildLimits(seconds=60, memory=256 << 20), Reason.OUT_OF_MEMORY),
        ("spin", ChildLimits(seconds=1), Reason.OUT_OF_TIME),
        ("kill", ChildLimits(seconds=60), Reason.OUT_OF_MEMORY),  # as the system does where memory runs out
    ],
)
def test_a_process_outlives_the_copy_of_a_step_that_fails(
    what: str, limits: ChildLimits, reason: Reason, probe: Path, pool: ProcessPool
) -> None:
    before = run(step(probe, "copy"), PYTHON, pool=pool).result["loaded"]
    with pytest.raises(Refused) as error:
        run(step(probe, what, limits, bytes=1 << 30), PYTHON, pool=pool)
    assert error.value.reason is reason
    assert run(step(probe, "copy"), PYTHON, pool=pool).result["loaded"] == before


def test_a_copy_ends_with_the_block_and_its_process_does_the_next_step(probe: Path, pool: ProcessPool) -> None:
    before = run(step(probe, "copy"), PYTHON, pool=pool).result["loaded"]
    with pytest.raises(LookupError), begin_step(step(probe, "spin"), PYTHON, pool=pool):
        raise LookupError
    commands = iter([ChildCommand.STOP, ChildCommand.PAUSE, ChildCommand.PAUSE])
    run(step(probe, "commands"), PYTHON, command=lambda: next(commands, None), pool=pool)
    assert run(step(probe, "copy"), PYTHON, pool=pool).result["loaded"] == before


@pytest.mark.protects("models-in/copies")
def test_a_process_that_died_between_two_steps_is_replaced(probe: Path, pool: ProcessPool) -> None:
    before = run(step(probe, "copy"), PYTHON, pool=pool).result["loaded"]
    (process,) = pool._idle[PYTHON, ("lab.training.libraries",)]
    os.killpg(process.pid, signal.SIGKILL)
    process._process.wait()
    assert run(step(probe, "copy"), PYTHON, pool=pool).result["loaded"] != before


def test_a_step_may_send_more_in_all_than_one_answer_has(probe: Path) -> None:
    count, sizes = 40, list[int]()
    run(step(probe, "long", count=count), PYTHON, receive=lambda event: sizes.append(len(event["text"])))
    assert sizes == [1 << 18] * count
    assert sum(sizes) > LONGEST_ANSWER


@pytest.mark.protects("models-in/limits")
def test_a_step_that_needs_too_much_memory_is_refused(probe: Path) -> None:
    with pytest.raises(Refused) as error:
        run(step(probe, "memory", ChildLimits(seconds=60, memory=256 << 20), bytes=1 << 30), PYTHON)
    assert error.value.reason is Reason.OUT_OF_MEMORY


@pytest.mark.slow
@pytest.mark.protects("models-in/limits")
def test_a_step_that_does_not_end_is_stopped(probe: Path) -> None:
    with pytest.raises(Refused) as error:
        run(step(probe, "spin", ChildLimits(seconds=2)), PYTHON)
    assert error.value.reason is Reason.OUT_OF_TIME


@pytest.mark.slow
@pytest.mark.protects("models-in/converters")
@pytest.mark.parametrize(
    "text", ["[" * 60_000 + "\n", "null\n", '{"progress": {}, "text": ""}\n'], ids=["brackets", "null", "progress"]
)
def test_a_step_that_answers_nonsense_is_ended_with_a_name(probe: Path, text: str) -> None:
    begin = time.monotonic()
    with pytest.raises(Refused) as error:
        run(step(probe, "attack", ChildLimits(seconds=600), text=text), PYTHON, lambda share, text: None)
    assert error.value.reason is Reason.CRASHED
    assert time.monotonic() - begin < PATIENCE, "nobody waited for its end"
