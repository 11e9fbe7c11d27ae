"""The arena: nothing that is alive together overlaps, and room is used again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import Interval, aligned, assign, least_arena, lifetimes, plan
from rune.compiler.anvil.program import (
    Buffer,
    BufferPlace,
    Lifetime,
    Program,
    ProgramTensor,
    ReadCapability,
    SendOutput,
)
from rune.compiler.targets.lookup import targets
from rune.model.tflite import read_model
from rune.tensor import ElementType, TensorType
from tests.support.compiler.pipelines import models_pipeline
from tests.support.shares import mostly_proved

buffers = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 20), st.integers(0, 20)), max_size=40)


@pytest.mark.proof
@settings(deadline=None)  # the search of an order takes its time on a busy machine
@given(buffers)
def test_buffers_that_live_together_never_overlap(lifespans: list[tuple[int, int, int]]) -> None:
    intervals = [Interval(min(first, last), max(first, last)) for _, first, last in lifespans]
    sizes = [size for size, _, _ in lifespans]
    offsets, arena = assign([Buffer("", size) for size in sizes], intervals, 16)
    for one in range(len(lifespans)):
        assert offsets[one] % 16 == 0
        assert offsets[one] + sizes[one] <= arena
        for other in range(one):
            if intervals[one].overlaps(intervals[other]):
                apart = offsets[one] + sizes[one] <= offsets[other] or offsets[other] + sizes[other] <= offsets[one]
                assert apart


@pytest.mark.slow
@settings(deadline=None)  # the search of an order takes its time on a busy machine
@given(buffers)
def test_the_arena_is_never_larger_than_all_buffers_together(lifespans: list[tuple[int, int, int]]) -> None:
    intervals = [Interval(min(first, last), max(first, last)) for _, first, last in lifespans]
    _, arena = assign([Buffer("", size) for size, _, _ in lifespans], intervals, 16)
    assert arena <= sum(aligned(size, 16) for size, _, _ in lifespans)


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
    tensor = ProgramTensor(BufferPlace(0), TensorType(ElementType.U8, (4,)))
    program = Program(
        (Buffer("in", 4), Buffer("state", 4, Lifetime.PERSISTENT)),
        (),
        (),
        (),
        (),
        (ReadCapability(0, tensor), SendOutput(0, (tensor,), 0)),
    )
    assert lifetimes(program)[1] == Interval(0, 1)


@pytest.mark.slow
@settings(deadline=None)  # the search of an order takes its time on a busy machine
@given(buffers)
def test_no_plan_takes_less_than_the_bound(lifespans: list[tuple[int, int, int]]) -> None:
    intervals = [Interval(min(first, last), max(first, last)) for _, first, last in lifespans]
    sizes = [Buffer("", size) for size, _, _ in lifespans]
    bound = least_arena(sizes, intervals, 16)
    alive = list(zip(sizes, intervals, strict=True))
    in_one_step = [
        sum(aligned(buffer.size, 16) for buffer, interval in alive if interval.first <= step <= interval.last)
        for step in range(21)
    ]
    assert bound == max(in_one_step)
    assert assign(sizes, intervals, 16)[1] >= bound


def test_another_order_is_found_where_the_largest_first_wastes_room() -> None:
    # Largest first, the last one goes behind the first, and leaves 16 bytes that nothing fits into: 208 in all.
    sizes = [Buffer("", size) for size in (96, 80, 48, 64)]
    intervals = [Interval(3, 3), Interval(1, 1), Interval(0, 2), Interval(1, 3)]
    assert assign(sizes, intervals, 16)[1] == least_arena(sizes, intervals, 16) == 192


ARENAS = Path(__file__).with_name("arenas.json")
"""Bytes, by model and target. A change there is a change of what a device needs, and is to be seen in review;
`RUNE_WRITE_ARENAS=1` writes the file anew."""
MODELS = tuple(sorted(json.loads(ARENAS.read_text(encoding="utf-8"))))


def arenas(name: str, folder: Path) -> dict[str, int]:
    """The arena on each target, each of which is the least that whole tensors take."""
    models = {name: read_model((folder / "models" / f"{name}.tflite").read_bytes())}
    sizes = {}
    for target in targets():
        program = lower(models_pipeline(models), models, target)
        sizes[target.name] = plan(program, target.limits).arena_size
        bound = least_arena(program.buffers, lifetimes(program), target.limits.alignment)
        assert sizes[target.name] == bound, f"{name} on {target.name} could take {bound} bytes"
    return sizes


@pytest.mark.slow
@pytest.mark.parametrize("name", mostly_proved(MODELS, 3))
def test_a_model_needs_the_arena_that_it_needed(name: str, test_data: Path) -> None:
    records = json.loads(ARENAS.read_text(encoding="utf-8"))
    sizes = arenas(name, test_data)
    if os.environ.get("RUNE_WRITE_ARENAS"):
        ARENAS.write_text(json.dumps({**records, name: sizes}, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    else:
        assert sizes == records[name]
