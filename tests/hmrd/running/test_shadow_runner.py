"""A rune beside the one that answers: the same bytes for both, pairs as by hand, and no answer that is late or lost."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from hmrd.config.model import RuneConfig, SourceConfig, SourceKind
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import WantedRune
from hmrd.running.runner import RuneRunner, RunnerHooks
from hmrd.running.shadow.memory import RESERVE, available_memory, bounded, memory_short, needed_memory
from hmrd.running.shadow.runner import ShadowHooks, ShadowRunner
from hmrd.running.shadow.tapping import AnsweredWindow, RecordedRandom, WindowTap
from hmrd.running.sinks.queue import AnswerQueue
from rune.digests import digest_of
from rune.running.runtime import Limits, Runtime
from rune.tools.api.ports import Input
from rune.watch.pairs import LabelPairs, PairBins
from tests.support.hmrd.runes import (
    MARKER,
    NEVER_ENDS,
    TRAPS,
    labelled_rune,
    mirror_rune,
    sine_rune,
)
from tests.support.hmrd.waiting import wait_until

LABELS = ("nothing", "speech", "knock")
BINS = PairBins(LABELS, LABELS)
INPUTS = bytes(number * 7 % 251 for number in range(400))


class OutputList:
    def __init__(self) -> None:
        self.values: list[object] = []

    def deliver(self, answer: bytes) -> None:
        self.values.append(json.loads(answer)["outputs"])

    def close(self) -> None:
        pass


class ShadowRun:
    """A rune that answers what a pipe gives, and another one beside it."""

    def __init__(self, folder: Path, data: bytes, beside: bytes | None, seconds: float = 0.3) -> None:
        self.answers = OutputList()
        self.problems: list[DeviceProblem] = []
        self.halts: list[DeviceProblem] = []
        self.pairs = LabelPairs.empty(BINS)
        self.bytes_fed = 0
        os.mkfifo(folder / "pipe")
        self._pipe = folder / "pipe"
        self._queue = AnswerQueue(self.answers, 1000, lambda _: None)
        config = RuneConfig(sources={"raw": SourceConfig(SourceKind.PIPE, (str(self._pipe),), size=2)}, seconds=5.0)
        hooks = RunnerHooks(
            lambda: 0.0,
            lambda: None,
            lambda problem, _: self.halts.append(problem),
            lambda: None,
            lambda _seconds, _counts: None,
            lambda _inputs, _read: None,
        )
        self.runner = RuneRunner(WantedRune("", 1, "1", digest_of(data), len(data)), data, config, [self._queue], hooks)
        wait_until(lambda: self.runner.inputs is not None, "the rune reads")
        self.shadow: ShadowRunner | None = None
        if beside is not None and self.runner.inputs is not None:
            self.shadow = self._start(beside, self.runner.inputs, seconds)
            self.runner.tap = self.shadow.tap

    def _start(self, beside: bytes, inputs: Sequence[Input], seconds: float) -> ShadowRunner:
        started: list[bool] = []
        ended: list[bool] = []
        hooks = ShadowHooks(lambda: started.append(True), self.problems.append, lambda: ended.append(True), self._count)
        wanted_rune = WantedRune("", 2, "2", digest_of(beside), len(beside))
        shadow = ShadowRunner(wanted_rune, beside, inputs, BINS, Limits(seconds=seconds, fuel=None), hooks)
        wait_until(lambda: bool(started or ended), "the rune beside is loaded")
        return shadow

    def _count(self, _: float, pairs: LabelPairs) -> None:
        self.pairs += pairs

    def feed(self, data: bytes) -> None:
        """Gives windows, and waits until they are answered."""
        with self._pipe.open("wb") as pipe:
            pipe.write(data)
        self.bytes_fed += len(data)
        wait_until(lambda: len(self.answers.values) * 2 == self.bytes_fed, "the answers")

    def feed_slowly(self, data: bytes) -> None:
        """Gives windows one by one, each after the one before was compared."""
        for start in range(0, len(data), 2):
            self.feed(data[start : start + 2])
            wait_until(lambda: self._has_seen_all(), "the window is compared")

    def _has_seen_all(self) -> bool:
        return 2 * (self.pairs.compared + self.pairs.missed) == self.bytes_fed

    def end(self) -> None:
        if self.shadow is not None:
            self.shadow.begin_to_stop()
            self.shadow.join(5)
        self.runner.stop()
        self._queue.close()


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Callable[..., ShadowRun]]:
    runs: list[ShadowRun] = []

    def make(data: bytes, other: bytes | None, seconds: float = 0.3) -> ShadowRun:
        folder = tmp_path / str(len(runs))
        folder.mkdir()
        runs.append(ShadowRun(folder, data, other, seconds))
        return runs[-1]

    yield make
    for each in runs:
        each.end()


def labels_by_hand(data: bytes, inputs: bytes) -> list[int]:
    """Returns the label of each window, from a rune that runs alone."""
    loaded_rune = Runtime.load(data)
    labels = []
    for start in range(0, len(inputs), 2):
        loaded_rune.call({1: inputs[start : start + 2]})
        counts = loaded_rune.take_counts()
        assert counts is not None
        labels.append(counts.labels.index(1))
    return labels


def test_pairs_are_those_of_both_runes_run_by_hand(beside: Callable[..., ShadowRun]) -> None:
    data, other = labelled_rune(LABELS), labelled_rune(LABELS, (0, 2, 1))
    run = beside(data, other)
    run.feed_slowly(INPUTS[:120])
    expected = [[0] * 3 for _ in range(3)]
    for one, another in zip(labels_by_hand(data, INPUTS[:120]), labels_by_hand(other, INPUTS[:120]), strict=True):
        expected[one][another] += 1
    assert run.pairs == LabelPairs(tuple(map(tuple, expected)))
    assert run.pairs.counts[1][2] > 0
    assert run.pairs.counts[1][1] == 0
    assert run.problems == run.halts == []


def test_windows_that_come_faster_than_the_rune_beside_runs_are_missed_and_counted(
    beside: Callable[..., ShadowRun],
) -> None:
    slow = labelled_rune(LABELS, marked_body=f"(local.set $label (i32.const 20000000)) {_COUNT_DOWN}")
    run = beside(labelled_rune(LABELS), slow, 30.0)
    run.feed(MARKER[::-1] * 1 + INPUTS[:2] + INPUTS)
    wait_until(
        lambda: 2 * (run.pairs.compared + run.pairs.missed) >= run.bytes_fed - 4, "all windows are accounted for"
    )
    assert run.pairs.compared >= 1
    assert len(run.answers.values) == run.bytes_fed // 2


_COUNT_DOWN = """(loop $again (local.set $label (i32.sub (local.get $label) (i32.const 1)))
    (br_if $again (local.get $label)))"""


@pytest.mark.parametrize(
    ("body", "name"), [(TRAPS, ProblemName.TRAPPED), (NEVER_ENDS, ProblemName.TOO_SLOW)], ids=["traps", "never ends"]
)
def test_a_rune_beside_that_fails_disturbs_no_answer(
    beside: Callable[..., ShadowRun], body: str, name: ProblemName
) -> None:
    inputs = INPUTS[:60] + MARKER + INPUTS[60:]
    alone = beside(labelled_rune(LABELS), None)
    alone.feed(inputs)
    run = beside(labelled_rune(LABELS), labelled_rune(LABELS, marked_body=body))
    run.feed_slowly(inputs[:60])
    run.feed(inputs[60:62])
    # A later window takes the place of one that the rune beside has not taken.
    wait_until(lambda: run.shadow is not None and not run.shadow.tap.has_window, "the rune beside runs on it")
    begin = time.monotonic()
    run.feed(inputs[62:])
    assert time.monotonic() - begin < 5
    wait_until(lambda: bool(run.problems), "the rune beside is given up")
    assert [each.name for each in run.problems] == [name]
    assert run.answers.values == alone.answers.values
    assert run.halts == []
    run.feed(INPUTS)
    assert len(run.answers.values) == (len(inputs) + len(INPUTS)) // 2


@pytest.mark.parametrize("other", [sine_rune, lambda: mirror_rune()], ids=["another kind of input", "no labels"])
def test_other_inputs_are_named(beside: Callable[..., ShadowRun], other: Callable[[], bytes]) -> None:
    run = beside(labelled_rune(LABELS), other())
    run.feed(INPUTS[:20])
    if other is sine_rune:
        wait_until(lambda: bool(run.problems), "the rune beside is given up")
        assert [each.name for each in run.problems] == [ProblemName.INPUTS_DIFFER]
    assert run.pairs.compared == 0
    assert len(run.answers.values) == 10


def test_random_bytes_are_the_same_for_both() -> None:
    random = RecordedRandom()
    first = [random(5), random(3)]
    replay = random.replay()
    assert [replay(5), replay(3)] == first
    assert len(replay(4)) == 4
    again = random.replay()
    assert again(8) == b"".join(first)


def test_a_tap_keeps_the_newest_window_and_counts_the_others() -> None:
    tap = WindowTap()
    windows = [AnsweredWindow(float(number), {}, {}, None if number == 2 else 0) for number in range(5)]
    for window in windows:
        tap.put(window)
    next_window = tap.take()
    assert next_window is not None
    assert (next_window.window, next_window.missed) == (windows[4], 3)
    tap.close()
    tap.put(windows[0])
    assert tap.take() is None


def _machine(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


MEGABYTE = 1 << 20


def test_memory_is_that_of_the_machine_within_its_control_groups(tmp_path: Path) -> None:
    assert available_memory(tmp_path) is None
    _machine(tmp_path, {"proc/meminfo": "MemTotal: 999999 kB\nMemAvailable: 204800 kB\nMemFree: x\n"})
    assert available_memory(tmp_path) == 200 * MEGABYTE
    group = {
        "proc/self/cgroup": "0::/system.slice/hmrd.service\n",
        "sys/fs/cgroup/system.slice/memory.max": f"{100 * MEGABYTE}\n",
        "sys/fs/cgroup/system.slice/memory.current": f"{70 * MEGABYTE}\n",
        "sys/fs/cgroup/system.slice/memory.stat": f"anon 5\ninactive_file {20 * MEGABYTE}\n",
        "sys/fs/cgroup/system.slice/hmrd.service/memory.max": "max\n",
        "sys/fs/cgroup/system.slice/hmrd.service/memory.current": "5\n",
    }
    assert available_memory(_machine(tmp_path, group)) == 50 * MEGABYTE


def test_memory_of_the_first_kind_of_control_groups(tmp_path: Path) -> None:
    files = {
        "proc/meminfo": "MemAvailable: 204800 kB\n",
        "proc/self/cgroup": "5:cpu,memory:/docker/abc\n1:name=systemd:/\n",
        "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": str(64 * MEGABYTE),
        "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes": str(60 * MEGABYTE),
    }
    assert available_memory(_machine(tmp_path, files)) == 4 * MEGABYTE


def test_a_rune_that_needs_more_memory_than_there_is_is_named() -> None:
    data = labelled_rune(LABELS)
    size = needed_memory(data)
    assert size > 65_536
    assert memory_short(data, None) is None
    assert memory_short(data, size + RESERVE) is None
    problem = memory_short(data, size + RESERVE - 1)
    assert problem is not None
    assert problem.name is ProblemName.MEMORY_SHORT
    assert memory_short(b"no rune", 0) is not None
    assert bounded(Limits(), RESERVE + 5 * MEGABYTE).memory == 5 * MEGABYTE
    assert bounded(Limits(), None) == Limits()
