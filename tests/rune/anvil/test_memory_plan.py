"""The arena: nothing that is alive together overlaps, and room is used again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.anvil.lower import lower
from rune.anvil.plan import Interval, aligned, assign, lifetimes, plan
from rune.anvil.program import Buffer, BufferPlace, Lifetime, Program, ReadCapability, SendOutput, Tensor
from rune.targets.wasm32 import TARGET as WASM32
from rune.tensor import ElementType, TensorType
from rune.tflite import read_model
from tests.rune.anvil.pipelines import models_pipeline

buffers = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 20), st.integers(0, 20)), max_size=40)


@given(buffers)
def test_buffers_that_live_together_never_overlap(drawn: list[tuple[int, int, int]]) -> None:
    intervals = [Interval(min(first, last), max(first, last)) for _, first, last in drawn]
    sizes = [size for size, _, _ in drawn]
    offsets, arena = assign([Buffer("", size) for size in sizes], intervals, 16)
    for one in range(len(drawn)):
        assert offsets[one] % 16 == 0
        assert offsets[one] + sizes[one] <= arena
        for other in range(one):
            if intervals[one].meets(intervals[other]):
                apart = offsets[one] + sizes[one] <= offsets[other] or offsets[other] + sizes[other] <= offsets[one]
                assert apart


@given(buffers)
def test_the_arena_is_never_larger_than_all_buffers_together(drawn: list[tuple[int, int, int]]) -> None:
    intervals = [Interval(min(first, last), max(first, last)) for _, first, last in drawn]
    _, arena = assign([Buffer("", size) for size, _, _ in drawn], intervals, 16)
    assert arena <= sum(aligned(size, 16) for size, _, _ in drawn)


def test_a_buffer_goes_where_a_dead_one_was() -> None:
    offsets, arena = assign([Buffer("", 64), Buffer("", 64)], [Interval(0, 1), Interval(2, 3)], 16)
    assert offsets == (0, 0)
    assert arena == 64


def test_a_smaller_buffer_goes_into_the_tightest_gap() -> None:
    sizes = [160, 96, 96, 64, 16]
    intervals = [Interval(0, 0), Interval(0, 9), Interval(0, 0), Interval(0, 9), Interval(5, 9)]
    offsets, arena = assign([Buffer("", size) for size in sizes], intervals, 16)
    assert arena == 160 + 96 + 96 + 64
    assert offsets[4] == 160 + 96  # the gap of 96 between the two that stay, not the 160 in front


def test_what_a_block_remembers_shares_room_with_nothing() -> None:
    tensor = Tensor(BufferPlace(0), TensorType(ElementType.U8, (4,)))
    program = Program(
        (Buffer("in", 4), Buffer("state", 4, Lifetime.KEPT)),
        (),
        (),
        (),
        (),
        (ReadCapability(0, tensor), SendOutput(0, (tensor,), 0)),
    )
    assert lifetimes(program)[1] == Interval(0, 1)


ARENAS = {
    "gesture": 14080,
    "microspeech": 7088,
    "mlperf_ad_float": 3072,
    "mlperf_ad_int8": 768,
    "mlperf_ic_float": 203232,
    "mlperf_ic_int8": 52464,
    "mlperf_kws_int8": 19216,
    "mlperf_vww_float": 258048,
    "mlperf_vww_int8": 64512,
    "sine": 128,
}
"""Bytes. A change here is a change of what a device needs, and is to be seen in review."""


@pytest.mark.parametrize("name", ARENAS)
def test_a_model_needs_the_arena_that_it_needed(name: str, test_data: Path) -> None:
    models = {name: read_model((test_data / "models" / f"{name}.tflite").read_bytes())}
    assert plan(lower(models_pipeline(models), models, WASM32), WASM32.limits).arena_size == ARENAS[name]
