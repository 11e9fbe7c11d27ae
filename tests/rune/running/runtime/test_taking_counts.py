"""A rune's counters are read from foreign memory: an address or an export that is wrong ends in a named error."""

from __future__ import annotations

import json

import pytest

from rune.abi import SectionName
from rune.running.container import ContainerError, pack, read_watch
from rune.running.runtime import Limits, Runtime
from rune.running.runtime.errors import BadPointer, NotARune, RuneError, RuneStopped, RuneUnusable
from tests.support.cases import each_case
from tests.support.runes.wat_runes import rune

LAYOUT = {
    "labels": {"names": ["yes", "no"], "bins": [0, 1]},
    "confidence": {"edges": [0.5], "scale": 1.0, "zero_point": 0.0},
}
ADDRESS = '(func (export "_watch") (result i32) {})'
FULL = "(i32.store (i32.const 64) (i32.const -1))"


def _counting(watch: str, call: str = "", layout: object = LAYOUT) -> bytes:
    section = json.dumps({"layout": layout}).encode()
    return pack(rune(call=call, extra=watch), {SectionName.WATCH: section})


def test_counts_are_read_and_set_to_0() -> None:
    counting_rune = Runtime.load(_counting(ADDRESS.format("(i32.const 64)"), FULL))
    counting_rune.call({})
    first, second = counting_rune.take_counts(), counting_rune.take_counts()
    assert first is not None
    assert second is not None
    assert (first.labels, first.confidence) == ((2**32 - 1, 0), (0, 0))
    assert (second.labels, second.confidence, second.answers) == ((0, 0), (0, 0), 0)


@pytest.mark.protects("runes/absurd-sizes")
@each_case(
    ("body", "error"),
    [
        ("(i32.const 65536)", BadPointer),
        ("(i32.const 65524)", BadPointer),
        ("(i32.const -4)", BadPointer),
        ("(i32.const -16)", BadPointer),
        ("(i32.const 2147483644)", BadPointer),
        ("(i32.const 66)", NotARune),
        ("unreachable", RuneError),
        ("(loop br 0) (i32.const 0)", RuneStopped),
    ],
)
def test_an_address_outside_of_the_memory_is_refused(body: str, error: type[RuneError]) -> None:
    counting_rune = Runtime.load(_counting(ADDRESS.format(body)), Limits(seconds=0.2))
    with pytest.raises(error):
        counting_rune.take_counts()


def test_the_last_bytes_of_the_memory_can_be_counters() -> None:
    counts = Runtime.load(_counting(ADDRESS.format("(i32.const 65520)"))).take_counts()
    assert counts is not None


@each_case(
    "watch",
    [
        '(func (export "_watch") (param i32) (result i32) (local.get 0))',
        '(func (export "_watch"))',
        '(func (export "_watch") (result i64) (i64.const 0))',
        '(func (export "_watch") (result i32 i32) (i32.const 0) (i32.const 0))',
    ],
)
def test_an_export_of_another_form_is_refused(watch: str) -> None:
    with pytest.raises(NotARune, match="_watch"):
        Runtime.load(_counting(watch))


@each_case("watch", ["", '(global (export "_watch") i32 (i32.const 64))'])
def test_a_rune_without_the_function_counts_nothing(watch: str) -> None:
    assert Runtime.load(_counting(watch)).take_counts() is None


@each_case("layout", [None, 3, {"labels": {"names": [], "bins": []}}, {"features": [{}] * 3}])
def test_a_rune_whose_bins_cannot_be_read_runs_and_counts_nothing(layout: object) -> None:
    data = _counting(ADDRESS.format("(i32.const 64)"), layout=layout)
    with pytest.raises(ContainerError):
        read_watch(data)
    counting_rune = Runtime.load(data)
    counting_rune.call({})
    assert counting_rune.take_counts() is None


def test_a_rune_that_was_stopped_has_no_counts() -> None:
    counting_rune = Runtime.load(_counting(ADDRESS.format("(i32.const 64)"), "unreachable"))
    with pytest.raises(RuneError):
        counting_rune.call({})
    with pytest.raises(RuneUnusable):
        counting_rune.take_counts()


def test_a_rune_without_the_section_counts_nothing() -> None:
    assert read_watch(rune()) is None
    assert Runtime.load(rune(extra=ADDRESS.format("(i32.const 64)"))).take_counts() is None
