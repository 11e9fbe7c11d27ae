"""Answers that the server takes of a process that computes: bounded, only after a request, and of the required form."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.compute.errors import ChildDied, MalformedAnswer, SpokeUnasked
from forge.compute.pool import answer_stream
from forge.compute.pool.answer_reading import ANSWER_SHAPES, EVENTS, check_answered, read_answer
from forge.compute.pool.answer_stream import ANSWERS_LIMIT, ANSWERS_WAITING, AnswerStream
from forge.compute.pool.child_process import ChildProcess
from forge.compute.pool.compiler import Compiler
from forge.jobs.models import Job, JobState
from rune.isolation.answer_json import DEPTH_LIMIT
from tests.conftest import REPOSITORY
from tests.forge.compute.attacked import Attacked
from tests.forge.compute.test_compiler import job, run, until
from tests.support.api.answer_fuzzing import KINDS, fuzzed, fuzzed_kind, line_of
from tests.support.forge.factories.builds import run_job, take_job
from tests.support.patience import PATIENCE
from tests.support.shares import share_and_all

ANSWERS = 10_000
READY = line_of({"id": 0, "event": "ready", "gaps": {}})
SPAN = {"start": {"line": 1, "column": 1, "offset": 0}, "end": {"line": 1, "column": 2, "offset": 1}}
OTHERS: tuple[Mapping[str, Any], ...] = (
    {"id": 1, "event": "resting", "samples": 3},
    {"id": 1, "event": "failed", "error": "The rune cannot be built.", "diagnostics": []},
    {"id": 1, "event": "unmeasured", "reason": "no host"},
    {"id": 1, "event": "evaluated", "evaluation": {"samples": 2, "reason": "no label"}, "milliseconds": 1.5},
    {"id": 1, "event": "policy", "policy": None},
    {"id": 1, "event": "answered", "answer": {"texts": {"Runefile.yml": "version: 1\n"}}},
    {"id": 1, "event": "answered", "answer": {"path": "Runefile.yml", "text": "version: 1\n"}},
    {"id": 1, "event": "answered", "answer": {"stages": []}},
    {"id": 1, "event": "done"},
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Mapping[str, Any]]:
    """The toolchain's answers about a build, and to other jobs."""
    with Compiler(tmp_path_factory.mktemp("work")) as compiler:
        build = run(compiler, job(steps=["check", "compile", "verify", "measure"]))
    assert [answer["event"] for answer in build][-1] == "measured"
    return [*({**answer, "id": 1} for answer in build), *OTHERS]


def stream_of(*lines: bytes, job: int | None = 1) -> tuple[AnswerStream, list[str]]:
    """A stream that read these lines to their end, with a reader for each; and why its process was ended."""
    reasons: list[str] = []
    stream = AnswerStream(lambda answer: None, reasons.append)
    stream.job = job
    reading = threading.Thread(target=stream.read, args=(BytesIO(b"".join((READY, *lines))),))
    reading.start()
    while stream.queue.get(timeout=PATIENCE) is not None:
        pass
    reading.join(timeout=PATIENCE)
    assert not reading.is_alive()
    return stream, reasons


@pytest.mark.slow
@pytest.mark.protects("compiling/malformed-answers")
@pytest.mark.parametrize("seeds", share_and_all(range(ANSWERS), 10))
def test_any_answer_is_read_or_refused_by_name(
    seeds: Sequence[int], answers: Sequence[Mapping[str, Any]], record_property: Callable[[str, object], None]
) -> None:
    """Each reader gets answers of each kind; how many of each, and how many were refused, stands in docs/proof.md."""
    ops = (*ANSWER_SHAPES, "make")
    counts: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    readers: set[tuple[str, str]] = set()
    for seed in seeds:
        (kind, line), op = fuzzed_kind(seed, answers), ops[seed % len(ops)]
        counts[kind] += 1
        readers.add((kind, op))
        try:
            answer = read_answer(line)
            check_answered(answer, op)
        except MalformedAnswer:
            refusals[kind] += 1
        else:
            json.dumps(answer, allow_nan=False).encode()
    for kind in KINDS:
        record_property(f"{kind}, refused", f"{refusals[kind]} of {counts[kind]}")
    assert sum(counts.values()) == len(seeds)
    assert {kind for kind, _ in readers} == set(KINDS)
    assert {op for _, op in readers} == set(ops)
    # A share is too small to have each pair by chance.
    assert len(seeds) < ANSWERS or readers == {(kind, op) for kind in KINDS for op in ops}
    assert min(counts.values()) > len(seeds) // 20
    assert len(seeds) > refusals.total() > len(seeds) // 4
    assert refusals["deep nesting"] == counts["deep nesting"]


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
@pytest.mark.protects("compiling/malformed-answers")
@pytest.mark.parametrize("seeds", share_and_all(range(ANSWERS), 200))
def test_a_build_with_any_answer_ends_with_a_reason(
    seeds: Sequence[int], answers: Sequence[Mapping[str, Any]], project: Any, developer: Any, tmp_path: Path
) -> None:
    for seed in seeds:
        build = request_build(developer, project)
        assert build.job_id is not None
        whole = answers[: len(answers) - len(OTHERS)]
        lines = [line_of(answer) for answer in whole]
        lines[seed % len(lines)] = fuzzed(seed, [whole[seed % len(whole)]])
        compiler = Answering(tmp_path / "work", lines)
        run_job(take_job(), lambda: nullcontext(compiler))  # noqa: B023 (used at once)
        build.refresh_from_db()
        assert build.state in (JobState.QUEUED, JobState.SUCCEEDED, JobState.FAILED), seed
        assert build.state == JobState.SUCCEEDED or build.error or build.log.exists(), seed
        Build.objects.filter(pk=build.pk).delete()
        Job.objects.filter(pk=build.job_id).delete()


class Answering(Compiler):
    """A compiler whose process answers each job with these lines."""

    def __init__(self, folder: Path, lines: Sequence[bytes]) -> None:
        super().__init__(folder)
        self._lines = lines
        folder.mkdir(exist_ok=True)
        (folder / "output").write_bytes(b"\0asm")

    @property
    def output(self) -> Path:
        return self._root / "output"

    def run(self, job: Mapping[str, Any], on_answer: Callable[[Any], None], **options: Any) -> None:
        lines = (*self._lines, line_of({"id": 1, "event": "done"}))
        stream = AnswerStream(lambda answer: None, lambda reason: None)
        stream.job = 1
        threading.Thread(target=stream.read, args=(BytesIO(b"".join((READY, *lines))),), daemon=True).start()
        process = SimpleNamespace(
            answers=stream,
            clock=lambda: 0.0,
            set_pace=lambda pace: None,
            resume=lambda: None,
            death=lambda: ChildDied("The compiler's process ended."),
        )
        assert stream.queue.get(timeout=PATIENCE) is not None
        try:
            self.hand_on(process, job, on_answer, limit=10.0)  # type: ignore[arg-type]
        finally:
            stream.close()


@pytest.mark.slow
@pytest.mark.protects("compiling/malformed-answers")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 200_000 + "\n", id="brackets"),
        pytest.param('{"id":' * 5_000 + "\n", id="objects", marks=pytest.mark.proof),
        pytest.param("x" * (17 << 20), id="no end"),
        pytest.param("[]\n", id="a list", marks=pytest.mark.proof),
        pytest.param("\x80\n", id="no text", marks=pytest.mark.proof),
        pytest.param('{"id": 1, "event": "ready", "gaps": {}}\n', id="ready again", marks=pytest.mark.proof),
    ],
)
def test_a_process_that_answers_nonsense_is_ended_and_the_next_one_works(text: str, tmp_path: Path) -> None:
    with Attacked(tmp_path / "work") as compiler:
        with pytest.raises(MalformedAnswer):
            compiler.do("write", text=text)
        assert not compiler.alive
        compiler.do("nothing")
        assert compiler.alive


@pytest.mark.slow
@pytest.mark.protects("compiling/unasked-answers")
def test_a_process_that_writes_without_a_job_is_ended(tmp_path: Path) -> None:
    with Attacked(tmp_path / "work") as compiler:
        compiler.do("chatter")
        process = compiler._process
        assert process is not None
        until(lambda: not compiler.alive)
        assert process.answers.queue.qsize() <= ANSWERS_WAITING
        assert "had no job" in process.stop_reason
        compiler.do("nothing")
        assert compiler.pid != process.pid


@pytest.mark.protects("compiling/unasked-answers")
def test_a_process_that_writes_before_its_first_job_is_ended() -> None:
    stream, reasons = stream_of(line_of(OTHERS[0]), job=None)
    assert isinstance(stream.fault, SpokeUnasked)
    assert reasons == [stream.fault.reason]


@pytest.mark.protects("compiling/unasked-answers")
def test_answers_that_nobody_reads_wait_at_the_process() -> None:
    reasons: list[str] = []
    stream = AnswerStream(lambda answer: None, reasons.append)
    stream.job = 1
    source = BytesIO(READY + line_of(OTHERS[0]) * 100)
    reading = threading.Thread(target=stream.read, args=(source,), daemon=True)
    reading.start()
    until(stream.queue.full)
    assert stream.queue.qsize() == ANSWERS_WAITING
    stream.close()
    reading.join(timeout=PATIENCE)
    assert not reading.is_alive()


@pytest.mark.slow
@pytest.mark.protects("compiling/unasked-answers")
def test_one_job_has_a_largest_number_of_answers_and_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, _ = stream_of(*[line_of(OTHERS[0])] * (ANSWERS_LIMIT + 1))
    assert isinstance(stream.fault, MalformedAnswer)
    monkeypatch.setattr(answer_stream, "ANSWER_BYTES_LIMIT", 1000)
    step = line_of({"id": 1, "event": "unmeasured", "reason": "x" * 600})
    assert stream_of(step)[0].fault is None
    assert "too many" in str(stream_of(step, step)[0].fault)


def test_an_answer_to_another_job_is_refused() -> None:
    stream, _ = stream_of(line_of({**OTHERS[0], "id": 2}))
    assert isinstance(stream.fault, MalformedAnswer)


def test_depth_is_limited_and_not_more() -> None:
    def nested(depth: int) -> bytes:
        value: Any = "x"
        for _ in range(depth):
            value = [value]
        return line_of({"id": 1, "event": "answered", "answer": {"deep": value}})

    assert read_answer(nested(DEPTH_LIMIT - 4))
    with pytest.raises(MalformedAnswer, match="nested too deeply"):
        read_answer(nested(DEPTH_LIMIT))


def test_every_event_that_the_process_sends_is_declared() -> None:
    sources = (REPOSITORY / "forge/compute/child").rglob("*.py")
    events = {name for path in sources for name in re.findall(r'answers\.send\(\s*"(\w+)"', path.read_text())}
    assert events | {"resting", "ready", "done"} == EVENTS.keys() | {"ready", "done"}
    assert ChildProcess.events is EVENTS
    assert issubclass(MalformedAnswer, ChildDied)
