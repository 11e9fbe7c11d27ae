"""An input that only blocks read stays where its caller holds it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rune.blocks.catalogue import CATALOGUE
from rune.compiler.anvil.memory.borrowed import with_borrowed_inputs
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.program import (
    Buffer,
    BufferPlace,
    KernelInvocation,
    Lifetime,
    Pointer,
    Program,
    ProgramTensor,
    ReadCapability,
    RowLoop,
    RowStage,
    SendOutput,
    Step,
)
from rune.compiler.targets.lookup import find_target
from rune.tensor import ElementType, TensorType

IN, OUT = (
    ProgramTensor(BufferPlace(0), TensorType(ElementType.I16, (8,))),
    ProgramTensor(BufferPlace(1), TensorType(ElementType.F32, (2,))),
)
SEND = SendOutput(0, (OUT,), 0)


def call(*pointers: Pointer, part: int = 0) -> KernelInvocation:
    header = CATALOGUE["mfcc"].header
    assert header is not None
    return KernelInvocation("features", header, "rune_mfcc_i16", pointers, part)


READS = call(Pointer(BufferPlace(0), "int16_t"), Pointer(BufferPlace(1), "float", writes=True))


def program(*steps: Step) -> Program:
    return Program((Buffer("audio", 16), Buffer("features", 8)), (), (), (), (), (ReadCapability(0, IN), *steps, SEND))


def is_borrowed(before: Program) -> bool:
    buffers = with_borrowed_inputs(before).buffers
    assert buffers[1].lifetime is Lifetime.RUN
    return buffers[0].lifetime is Lifetime.BORROWED


def test_an_input_that_blocks_read_needs_no_room() -> None:
    borrowed = with_borrowed_inputs(program(READS))
    assert borrowed.buffers[0].lifetime is Lifetime.BORROWED
    limits = find_target("cortex-m4").limits
    assert plan(program(READS), limits).arena_size - plan(borrowed, limits).arena_size == 16


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((READS, call(Pointer(BufferPlace(0), "int16_t", writes=True))), id="a block writes over it later"),
        pytest.param((replace(READS, part=1),), id="an operator of a model may load several elements at once"),
        pytest.param(
            (RowLoop(BufferPlace(0), (RowStage((READS,), 1, None),)), READS), id="a loop over rows may do so too"
        ),
        pytest.param((replace(READS, beside=(BufferPlace(0),)),), id="texts of a block point into it"),
        pytest.param(
            (READS, SendOutput(0, (replace(OUT, points_into=(BufferPlace(0),)),), 0)),
            id="texts that go out point into it",
        ),
        pytest.param((READS, ReadCapability(0, replace(IN, place=BufferPlace(0, 8)))), id="two inputs lie in it"),
    ],
)
def test_an_input_is_copied_where(steps: tuple[Step, ...]) -> None:
    assert not is_borrowed(program(*steps))
