"""Counting runs: which hour they belong to, what is taken once, and how little it costs."""

from __future__ import annotations

import threading
import time

from hmrd.running.tally import Tally
from rune.running.runtime.errors import RuneError
from rune.watch.counts import Counts
from tests.support.watch import counted


class Taken:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.counts: list[tuple[float, Counts]] = []
        self.own: Counts | None = None

    def tally(self) -> Tally:
        return Tally(lambda: self.own, lambda now, counts: self.counts.append((now, counts)), lambda: self.now)


def test_runs_are_taken_once() -> None:
    taken = Taken()
    tally = taken.tally()
    for _ in range(3):
        with tally.run():
            pass
    tally.take()
    tally.take()
    tally.finish()
    ((_, counts),) = taken.counts
    assert (counts.answers, counts.time[0]) == (3, 3)


def test_the_answers_are_those_that_the_rune_labelled() -> None:
    taken = Taken()
    taken.own = counted((2, 1, 0))
    tally = taken.tally()
    for _ in range(5):
        with tally.run():
            pass
    tally.finish()
    ((_, counts),) = taken.counts
    assert (counts.answers, sum(counts.time), counts.labels) == (3, 5, (2, 1, 0))


def test_what_was_counted_before_an_hour_belongs_to_the_hour_before() -> None:
    taken = Taken()
    tally = taken.tally()
    with tally.run():
        pass
    before, taken.now = taken.now, taken.now + 7200
    with tally.run():
        pass
    tally.finish()
    assert [now for now, _ in taken.counts] == [before, taken.now]


def test_during_a_run_it_is_taken_after_it() -> None:
    taken = Taken()
    tally = taken.tally()
    with tally.run():
        thread = threading.Thread(target=tally.take)
        thread.start()
        thread.join(5)
        assert taken.counts == []
    ((_, counts),) = taken.counts
    assert counts.answers == 1


def test_a_run_that_breaks_off_is_no_answer_and_a_broken_rune_says_nothing() -> None:
    taken = Taken()

    def broken() -> Counts:
        raise RuneError("it broke off")

    tally = Tally(broken, lambda now, counts: taken.counts.append((now, counts)), lambda: taken.now)
    with tally.run():
        pass
    try:
        with tally.run():
            raise RuneError("it broke off")
    except RuneError:
        pass
    tally.finish()
    ((_, counts),) = taken.counts
    assert (counts.answers, sum(counts.time), counts.labels) == (0, 1, ())


def test_counting_a_run_takes_microseconds() -> None:
    tally = Taken().tally()
    rounds = []
    for _ in range(5):
        begin = time.process_time()
        for _ in range(2000):
            with tally.run():
                pass
        rounds.append((time.process_time() - begin) / 2000)
    # A run of the smallest rune takes a hundred microseconds.
    assert min(rounds) < 20e-6
