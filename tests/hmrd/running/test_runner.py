from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from hmrd.config.model import InputFormat, RuneConfig, SourceConfig, SourceKind
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import SelfTestOutcome
from hmrd.protocol.wanted import ApprovedOutputs, WantedRune
from hmrd.running.checks import check_rune, outputs_for
from hmrd.running.processes import owner_refuses
from hmrd.running.runner import RuneRunner, RunnerHooks
from hmrd.running.sinks.queue import AnswerQueue
from hmrd.running.stop_signal import StopSignal
from rune.digests import digest_of
from rune.tools.api.ports import Input
from rune.watch.counts import Counts
from tests.support.hmrd.runes import MARKER, endless_rune, mirror_rune, sine_rune, trapping_rune
from tests.support.hmrd.waiting import wait_until


class ListSink:
    def __init__(self) -> None:
        self.answers: list[dict[str, object]] = []

    def deliver(self, answer: bytes) -> None:
        self.answers.append(json.loads(answer))

    def close(self) -> None:
        pass


class RuneRun:
    """A rune that runs in a test."""

    def __init__(self, data: bytes, source: SourceConfig | None, name: str = "raw", seconds: float = 5.0) -> None:
        self.problems: list[DeviceProblem] = []
        self.details: list[str] = []
        self.windows: list[Mapping[str, bytes]] = []
        self.counts: list[Counts] = []
        self.sink = ListSink()
        self.queue = AnswerQueue(self.sink, 100, lambda _: None)
        config = RuneConfig(sources={} if source is None else {name: source}, seconds=seconds)
        wanted_rune = WantedRune("", 1, "1.0", digest_of(data), len(data))
        hooks = RunnerHooks(lambda: 5.0, lambda: None, self._stopped, lambda: None, self._count, self._keep)
        self.runner = RuneRunner(wanted_rune, data, config, [self.queue], hooks)

    def _stopped(self, problem: DeviceProblem, detail: str) -> None:
        self.problems.append(problem)
        self.details.append(detail)

    def _count(self, _: float, counts: Counts) -> None:
        self.counts.append(counts)

    def _keep(self, _: Sequence[Input], read: Mapping[str, bytes]) -> None:
        self.windows.append(read)

    def end(self) -> None:
        self.runner.stop()
        self.queue.close()


def file_source(path: Path, data: bytes, **settings: object) -> SourceConfig:
    path.write_bytes(data)
    return SourceConfig(SourceKind.FILE, (str(path),), **settings)  # type: ignore[arg-type]


def test_a_real_rune_answers_each_line(tmp_path: Path) -> None:
    source = file_source(tmp_path / "numbers", b"0\n1.5707963\n", format=InputFormat.LINES)
    run = RuneRun(sine_rune(), source, "number")
    wait_until(lambda: run.runner.is_input_over, "the file ends")
    run.end()

    first, second = run.sink.answers
    assert set(first) == {"time", "version", "outputs"}
    assert abs(second["outputs"]["result"][0] - 1) < 0.1  # type: ignore[index]
    assert len(run.windows) == 2
    assert run.problems == []
    (counts,) = run.counts
    assert (counts.answers, sum(counts.time), counts.labels) == (2, 2, ())
    assert counts.microseconds > 0
    assert counts.memory > 1000


@pytest.mark.parametrize(
    ("rune", "name"), [(trapping_rune(), ProblemName.TRAPPED), (endless_rune(), ProblemName.TOO_SLOW)]
)
def test_a_rune_that_breaks_off_is_named_without_its_own_words(tmp_path: Path, rune: bytes, name: ProblemName) -> None:
    run = RuneRun(rune, file_source(tmp_path / "data", b"ab" + MARKER, size=2), seconds=0.3)
    wait_until(lambda: bool(run.problems), "the rune breaks off")
    run.end()

    assert [each.name for each in run.problems] == [name]
    assert "SECRET" not in run.problems[0].detail
    assert [each["outputs"] for each in run.sink.answers] == [{"tensor": [97, 98]}]


def test_an_input_without_a_source_is_a_fault_of_the_configuration() -> None:
    run = RuneRun(mirror_rune(), None)
    wait_until(lambda: bool(run.problems), "the rune stops")
    run.end()

    assert [each.name for each in run.problems] == [ProblemName.CONFIG_WRONG]
    assert "[rune.source.raw]" in run.details[0]
    assert "raw" not in run.problems[0].detail


def test_a_self_test_passes_fails_or_verifies_nothing() -> None:
    digest = outputs_for(sine_rune(), 9, 5.0)
    assert isinstance(digest, str)

    assert check_rune(sine_rune(), ApprovedOutputs(9, digest), 5.0) is SelfTestOutcome.PASSED
    assert check_rune(sine_rune(), None, 5.0) is SelfTestOutcome.NOT_VERIFIED
    failed = check_rune(sine_rune(), ApprovedOutputs(8, digest), 5.0)
    assert isinstance(failed, DeviceProblem)
    assert failed.name is ProblemName.SELF_TEST_FAILED


def test_bytes_that_are_no_rune_fail_the_self_test() -> None:
    failed = check_rune(b"<html>", None, 5.0)

    assert isinstance(failed, DeviceProblem)
    assert failed.name is ProblemName.NOT_A_RUNE


def test_the_owner_agrees_refuses_or_is_too_slow() -> None:
    assert owner_refuses(("true",), 5.0, StopSignal()) is None
    for arguments, seconds in ((("false",), 5.0), (("sleep", "1000"), 0.05), (("/no/such",), 5.0)):
        problem = owner_refuses(arguments, seconds, StopSignal())
        assert problem is not None
        assert problem.name is ProblemName.CHECK_REFUSED
