"""Counting runs: which hour they belong to, what is log once, and how little it costs."""

from __future__ import annotations

import threading
import time

from hmrd.running.run_counter import RunCounter
from rune.running.runtime.errors import RuneError
from rune.watch.counts import Counts
from tests.support.watch import counted


class CountsLog:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.counts: list[tuple[float, Counts]] = []
        self.own: Counts | None = None

    def counter(self) -> RunCounter:
        return RunCounter(lambda: self.own, lambda now, counts: self.counts.append((now, counts)), lambda: self.now)


def test_runs_are_received_once() -> None:
    log = CountsLog()
    counter = log.counter()
    for _ in range(3):
        with counter.run():
            pass
    counter.take()
    counter.take()
    counter.finish()
    ((_, counts),) = log.counts
    assert (counts.answers, counts.time[0]) == (3, 3)


def test_the_answers_are_those_that_the_rune_labelled() -> None:
    log = CountsLog()
    log.own = counted((2, 1, 0))
    counter = log.counter()
    for _ in range(5):
        with counter.run():
            pass
    counter.finish()
    ((_, counts),) = log.counts
    assert (counts.answers, sum(counts.time), counts.labels) == (3, 5, (2, 1, 0))


def test_what_was_counted_before_an_hour_belongs_to_the_hour_before() -> None:
    log = CountsLog()
    counter = log.counter()
    with counter.run():
        pass
    before, log.now = log.now, log.now + 7200
    with counter.run():
        pass
    counter.finish()
    assert [now for now, _ in log.counts] == [before, log.now]


def test_during_a_run_it_is_received_after_it() -> None:
    log = CountsLog()
    counter = log.counter()
    with counter.run():
        thread = threading.Thread(target=counter.take)
        thread.start()
        thread.join(5)
        assert log.counts == []
    ((_, counts),) = log.counts
    assert counts.answers == 1


def test_a_run_that_breaks_off_is_no_answer_and_a_broken_rune_says_nothing() -> None:
    log = CountsLog()

    def broken() -> Counts:
        raise RuneError("it broke off")

    counter = RunCounter(broken, lambda now, counts: log.counts.append((now, counts)), lambda: log.now)
    with counter.run():
        pass
    try:
        with counter.run():
            raise RuneError("it broke off")
    except RuneError:
        pass
    counter.finish()
    ((_, counts),) = log.counts
    assert (counts.answers, sum(counts.time), counts.labels) == (0, 1, ())


def test_counting_a_run_takes_microseconds() -> None:
    counter = CountsLog().counter()
    rounds = []
    for _ in range(5):
        begin = time.process_time()
        for _ in range(2000):
            with counter.run():
                pass
        rounds.append((time.process_time() - begin) / 2000)
    # A run of the smallest rune takes a hundred microseconds.
    assert min(rounds) < 20e-6


def test_counts_that_were_looked_at_after_each_run_are_counted_once() -> None:
    log = CountsLog()
    counter = log.counter()
    for labels in ((1, 0, 0), (0, 0, 1), (0, 0, 1)):
        with counter.run():
            log.own = counted(labels)
        looked_at = counter.counts_of_run()
        assert looked_at is not None
        assert looked_at.labels == labels
        log.own = counted((0, 0, 0))
    counter.finish()
    ((_, counts),) = log.counts
    assert (counts.answers, counts.labels, sum(counts.time)) == (3, (1, 0, 2), 3)
