"""Steps that do the same elsewhere in memory share a function, so that a loop that is written out stays small."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rune.compiler.anvil.c.calls import Notation
from rune.compiler.anvil.c.shared_calls import FEW_BYTES, LEAST, MANY, SharedCalls
from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.ops.activations.unary_float32 import UnaryFloat32
from rune.compiler.anvil.program import (
    Buffer,
    BufferPlace,
    ConstantPlace,
    ElementCount,
    KernelInvocation,
    Number,
    Pointer,
    ResourcePlace,
)
from rune.compiler.anvil.reading.pipeline import read_pipeline
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.compiler.targets.wasm32 import BALANCED
from rune.model.tflite import read_model
from tests.support.cases import each_case
from tests.support.compiler.pipelines import models_pipeline
from tests.support.models.architectures.judge import project_of
from tests.support.models.model_cases import KERAS
from tests.support.packed import read_packed

HEADER = Path("any.h")


def call(to: int, count: int = 3) -> KernelInvocation:
    """Returns a call that reads the buffer before, with a constant."""
    arguments = (
        Pointer(BufferPlace(to - 1, 4), "float"),
        Pointer(BufferPlace(to), "float", writes=True),
        Pointer(ConstantPlace(7), "float"),
        Number(count),
    )
    return KernelInvocation(f"step {to}", HEADER, "work", arguments)


def pointer(operand: Pointer) -> str:
    place = operand.place
    return f"buffer_{place.index}_{place.offset}" if isinstance(place, BufferPlace) else "constant"


def resource(place: ResourcePlace) -> str:
    raise AssertionError(place)


NOTATION = Notation(str, pointer, resource)


def texts(steps: list[KernelInvocation]) -> tuple[list[str], list[list[str]]]:
    sharing = SharedCalls("shared", steps)
    return list(sharing.functions(NOTATION)), [sharing.lines(step, NOTATION) for step in steps]


def test_what_a_round_of_a_loop_computes_is_found_once_for_all_rounds() -> None:
    """A loop of hundreds of rounds took a tenth of a second of which most was spent on finding the same again."""
    model = read_model(read_packed(KERAS)["gru_f32.tflite"])
    read = read_pipeline(models_pipeline({"model": model}), {"model": model})
    works = [node.work for node in read.nodes if isinstance(node.work, Computation)]
    functions = {id(work) for work in works if isinstance(work, UnaryFloat32)}
    assert (len(works), len(functions)) == (62, 3)


def test_calls_that_differ_in_memory_alone_share_a_function() -> None:
    functions, lines = texts([call(to) for to in range(1, LEAST + 1)])
    assert functions == [
        "static RUNE_APART void shared_0(const float *memory_0, float *memory_1)\n"
        "{\n    work(memory_0, memory_1, constant, 3);\n}\n"
    ]
    assert lines == [[f"    shared_0(buffer_{to - 1}_4, buffer_{to}_0);"] for to in range(1, LEAST + 1)]


@each_case(
    "other",
    [
        call(LEAST, count=4),
        replace(call(LEAST), function="other_work"),
        replace(call(LEAST), gate=0),
        replace(call(LEAST), arguments=(*call(LEAST).arguments[:3], ElementCount(BufferPlace(0), 1, 3))),
        replace(call(LEAST), arguments=(*call(LEAST).arguments[:2], Pointer(ConstantPlace(8), "float"), Number(3))),
        replace(call(LEAST), arguments=(Pointer(ConstantPlace(7), "float"), *call(LEAST).arguments[1:])),
    ],
    ids=["number", "function", "gate", "size of a run", "constant", "no memory"],
)
def test_what_differs_in_anything_else_does_not(other: KernelInvocation) -> None:
    functions, lines = texts([*(call(to) for to in range(1, LEAST)), other])
    assert functions == []
    assert all("work(" in line for step in lines for line in step)


def test_sizes_that_a_run_decides_are_never_shared() -> None:
    step = replace(call(1), arguments=(*call(1).arguments[:3], ElementCount(BufferPlace(0), 1, 3)))
    assert texts([step] * LEAST)[0] == []


def numbers(to: int) -> tuple[Number, Number]:
    return Number(to), Number(0.5)


def small(count: int, size: int = FEW_BYTES) -> tuple[list[KernelInvocation], list[Buffer]]:
    """Calls that differ in a number and a constant, of buffers of that size."""
    calls = [
        replace(
            call(to), arguments=(*call(to).arguments[:2], Pointer(ConstantPlace(to), "float"), Number(to), Number(0.5))
        )
        for to in range(1, count + 1)
    ]
    return calls, [Buffer("any", size)] * (count + 1)


def test_many_small_calls_of_a_kernel_share_it_as_it_is() -> None:
    """A number of single precision stays one, so that its bytes stand in the code."""
    calls, buffers = small(MANY)
    sharing = SharedCalls("shared", calls, buffers)
    assert list(sharing.functions(NOTATION)) == [
        "static RUNE_APART void shared_any_0(const float *given_0, float *given_1, const float *given_2, "
        "int32_t given_3, float given_4)\n{\n    work(given_0, given_1, given_2, given_3, given_4);\n}\n"
    ]
    assert sharing.lines(calls[1], NOTATION) == ["    shared_any_0(buffer_1_4, buffer_2_0, constant, 2, 0.5);"]


@pytest.mark.parametrize(
    ("calls", "buffers"),
    [small(MANY, FEW_BYTES + 1), small(MANY - 1), (small(MANY)[0], [])],
    ids=["large", "few", "where kernels are not specialised"],
)
def test_what_is_large_or_rare_keeps_a_kernel_of_its_own(calls: list[KernelInvocation], buffers: list[Buffer]) -> None:
    sharing = SharedCalls("shared", calls, buffers)
    assert list(sharing.functions(NOTATION)) == []
    assert all("work(" in line for step in calls for line in sharing.lines(step, NOTATION))


@pytest.mark.slow
def test_a_loop_that_was_quantised_step_by_step_is_near_its_constants() -> None:
    """An LSTM of three steps in int8, each with scales of its own."""
    data = read_packed(KERAS)["lstm_unrolled_i8.tflite"]
    report = build(project_of(data, read_model(data)), BuildOptions("app", target=BALANCED)).report
    assert 0 < report.size - report.memory.constants < 12_000


@pytest.mark.parametrize("target", ["wasm32", "c"])
def test_the_text_of_a_loop_that_is_written_out_calls_each_kernel_once(target: str) -> None:
    models = {"model": read_model(read_packed(KERAS)["gru_f32.tflite"])}
    backend = find_target(target)
    program = lower(models_pipeline(models), models, backend)
    files = backend.emit(program, plan(program, backend.limits), "any").files
    text = files["part_1.c" if target == "wasm32" else "any.c"].decode()
    steps = [
        step
        for step in program.steps
        if isinstance(step, KernelInvocation) and step.function == "rune_logistic_float32"
    ]
    assert len(steps) > LEAST
    assert text.count("    rune_logistic_float32(") == 1


@pytest.mark.slow
def test_a_recurrent_model_is_near_its_constants() -> None:
    """Three rounds, forwards and backwards; with a kernel for each step it had 36 kB beyond them."""
    data = read_packed(KERAS)["bidirectional_gru_f32.tflite"]
    report = build(project_of(data, read_model(data)), BuildOptions("app")).report
    assert 0 < report.size - report.memory.constants < 10_000
