"""The second module, of relaxed SIMD: the reference's bytes where an engine's dot product is exact, else none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from rune.compiler.anvil.compiling.compiler import compile_sources
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.kernels.relaxed.conv_2d import joined_rows
from rune.compiler.targets.wasm32 import BALANCED, RELAXED
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import read_model
from rune.project.files import ProjectFiles
from rune.running.container import pack, read_rune
from rune.running.runtime import Runtime
from rune.running.runtime.errors import RuneTrapped
from tests.rune.compiler.kernels.in_chromium import ChromiumRefusal, has_exact_dots, outputs_in_chromium
from tests.rune.compiler.kernels.test_winograd import DRAWN, functions, model_of
from tests.support.cases import each_case
from tests.support.compiler.extreme_sums import connected
from tests.support.compiler.model_judge import RUNS, Questions
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.support.compiler.programs.c_projects import model_project
from tests.support.models.model_cases import ModelCase, model_cases
from tests.support.models.random.random_windows import random_windows
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue
from tests.support.shares import share_and_all

FASTEST = WASM32.variant("speed")
KINDS = ("conv_2d_", "depthwise_conv_2d_", "fully_connected_")


def depthwise(
    size: tuple[int, int], channels: int, filter_size: tuple[int, int], stride: int = 1, kind: str = "int8"
) -> Callable[[Layers], ModelValue]:
    def draw(layers: Layers) -> ModelValue:
        source = layers.input((1, *size, channels), kind)
        return layers.depthwise(source, kernel=filter_size, stride=(stride, stride))

    return draw


def dense(inputs: int, outputs: int, kind: str = "int8") -> Callable[[Layers], ModelValue]:
    def draw(layers: Layers) -> ModelValue:
        return layers.fully_connected(layers.input((2, inputs), kind, zero_point=-3), outputs)

    return draw


def joined(
    size: tuple[int, int], channels: tuple[int, int], stride: int = 1, dilation: int = 1, batches: int = 1
) -> Callable[[Layers], ModelValue]:
    """A convolution with rows so short that several make a line."""

    def draw(layers: Layers) -> ModelValue:
        source = layers.input((batches, *size, channels[0]), "int8", zero_point=3)
        return layers.conv(source, channels[1], stride=(stride, stride), dilation=(dilation, dilation))

    return draw


MORE = {
    "two rows of 8": joined((8, 8), (5, 9)),
    "two rows of 9, in two images": joined((6, 9), (4, 16), batches=2),
    "two rows of 8, a step of two": joined((12, 16), (3, 8), 2),
    "two rows of 3, dilated": joined((8, 3), (6, 8), dilation=2),
    "three rows of 4": joined((9, 4), (7, 3)),
    "rows of 7 whose number is odd": joined((5, 7), (8, 8)),
    "one row and one channel": depthwise((1, 5), 1, (1, 1)),
    "four rows": depthwise((6, 7), 9, (4, 2)),
    "five rows, two groups": depthwise((8, 6), 17, (5, 3)),
    "a step of two": depthwise((9, 9), 24, (3, 3), 2),
    "uint8 by channel": depthwise((5, 6), 11, (3, 3), 1, "uint8"),
    **{f"{outputs} outputs": dense(13 + outputs, outputs) for outputs in range(1, 18)},
    "uint8 rows": dense(33, 10, "uint8"),
    "a lane for each of 61 outputs": dense(19, 61),
    "lanes of uint8": dense(21, 45, "uint8"),
    "one output of many inputs": dense(601, 1),
}


@pytest.mark.proof
@pytest.mark.parametrize(
    "cases", share_and_all((case for case in model_cases() if case.name.startswith(KINDS)), 4, lambda case: case.name)
)
def test_operators_of_all_shapes_give_the_reference_kernels_bytes_in_chromium(cases: Sequence[ModelCase]) -> None:
    """Each shape that was drawn for these kernels, and of the small models a share."""
    files = {case.name: case.data for case in cases} | {name: model_of(draw) for name, draw in (DRAWN | MORE).items()}
    models = {name: read_model(data) for name, data in files.items()}
    relaxed_models = {name: model for name, model in models.items() if _is_relaxed(functions({name: model}, RELAXED))}
    assert len(relaxed_models) > len(DRAWN | MORE)
    questions = {name: Questions.of(files[name], 5) for name in relaxed_models}
    if not has_exact_dots(Path("/proc/cpuinfo").read_text(encoding="utf-8").split()):
        with pytest.raises(ChromiumRefusal, match=REFUSAL):
            outputs_in_chromium(relaxed_models, questions, RELAXED)
        return
    outputs = outputs_in_chromium(relaxed_models, questions, RELAXED)
    assert {name: list(questions[name].wrong(outputs[name])) for name in relaxed_models} == {
        name: [] for name in relaxed_models
    }


@each_case(
    ("height", "width", "count"),
    [(8, 8, 2), (16, 16, 1), (6, 9, 2), (9, 4, 3), (8, 3, 2), (5, 8, 1), (5, 7, 1), (32, 32, 1)],
)
def test_rows_are_joined_where_that_wastes_less_time(height: int, width: int, count: int) -> None:
    assert joined_rows(replace(Window.of_one_pixel(1, 8, 8), output_height=height, output_width=width)) == count


def _is_relaxed(names: list[str]) -> bool:
    return any(name.startswith("rune_relaxed_") for name in names)


@pytest.mark.slow
@pytest.mark.protects("compiling/second-module")
def test_an_engine_that_cuts_sums_is_refused_before_anything_runs() -> None:
    model = {"dense": read_model(model_of(dense(16, 4)))}
    module = module_of(models_pipeline(model), model, RELAXED)
    with pytest.raises(RuneTrapped, match=REFUSAL):
        Runtime.load(module)


@pytest.mark.slow
def test_layers_that_single_precision_does_not_round_exactly_are_compiled_too() -> None:
    weights = np.random.default_rng(3).integers(-127, 128, (40, 64)).astype(np.int8)
    model = {"dense": read_model(connected(weights, [2**31 - 1, *[0] * 39], 0.3))}
    assert functions(model, RELAXED) == ["rune_relaxed_fully_connected_int8"]
    assert module_of(models_pipeline(model), model, RELAXED)


REFUSAL = "relaxed SIMD whose dot product of bytes is exact"
PAIRS = "int32_t a = w[0] * v[0] + w[1] * v[1], b = w[2] * v[2] + w[3] * v[3]; "
WIDE = PAIRS + "int64_t all = (int64_t)sum + a + b; "
DOTS = {
    "sums of pairs that are cut to 16 bits": PAIRS
    + "a = a > 32767 ? 32767 : a; b = b > 32767 ? 32767 : b; sum += a + b;",
    "numbers that are taken for signed ones": "for (int j = 0; j < 4; j++) sum += w[j] * (int8_t)v[j];",
    "numbers of which 7 bits count": "for (int j = 0; j < 4; j++) sum += w[j] * (v[j] & 127);",
    "a sum that is cut at its upper end": PAIRS
    + "int64_t all = (int64_t)sum + a + b; sum = all > INT32_MAX ? INT32_MAX : all;",
    "a sum that is cut at its lower end": PAIRS
    + "int64_t all = (int64_t)sum + a + b; sum = all < INT32_MIN ? INT32_MIN : all;",
    "weights without -128": "for (int j = 0; j < 4; j++) sum += (w[j] < -127 ? -127 : w[j]) * v[j];",
    "one lane that is off by one": PAIRS + "sum += a + b + (i == 3);",
    "a sum that is forgotten": PAIRS + "sum = a + b;",
}
EXACT = PAIRS + "sum += a + b;"


def module_with(dot: str, data_by_name: Mapping[str, bytes] | None = None) -> bytes:
    """A module whose instruction is replaced by C that makes `sum` of four weights `w` and numbers `v`."""
    models = {name: read_model(data) for name, data in (data_by_name or {"dense": model_of(dense(16, 4))}).items()}
    program = lower(models_pipeline(models), models, RELAXED)
    sources = RELAXED.emit(program, plan(program, RELAXED.limits), "rune")
    header = sources.files["relaxed/relaxed.h"]
    instruction = b"    return __builtin_wasm_relaxed_dot_i8x16_i7x16_add_s_i32x4(weights, values, sums);\n"
    assert header.count(instruction) == 1
    steps = (
        "    for (int32_t i = 0; i < 4; i++) {\n"
        "        int8_t w[4]; uint8_t v[4]; int32_t sum = sums[i];\n"
        "        for (int j = 0; j < 4; j++) w[j] = weights[4 * i + j], v[j] = (uint8_t)values[4 * i + j];\n"
        f"        {dot}\n"
        "        sums[i] = sum;\n"
        "    }\n"
        "    return sums;\n"
    )
    files = {**sources.files, "relaxed/relaxed.h": header.replace(instruction, steps.encode())}
    assert RELAXED.toolchain is not None
    return compile_sources(replace(sources, files=files), RELAXED.toolchain)


@pytest.mark.slow
@pytest.mark.protects("compiling/second-module")
@pytest.mark.parametrize("dot", DOTS)
def test_a_dot_product_that_is_not_exact_is_refused(dot: str) -> None:
    with pytest.raises(RuneTrapped, match=REFUSAL):
        Runtime.load(module_with(DOTS[dot]))


@pytest.mark.slow
def test_one_that_is_exact_is_taken() -> None:
    data = model_of(dense(16, 4))
    questions = Questions.of(data, 3)
    outputs = [tensors_of(run(loaded(module_with(EXACT)), inputs)[0].data)[0][1] for inputs in questions.inputs]
    assert [[each] for each in outputs] == questions.answers


@pytest.mark.slow
def test_filters_that_meet_a_frame_give_what_the_reference_gives() -> None:
    files = {f"windows {seed}": random_windows(seed) for seed in range(20, 40)}
    questions = {name: Questions.of(data, seed) for seed, (name, data) in enumerate(files.items())}
    rune = loaded(module_with(EXACT, files))
    outputs: dict[str, list[list[bytes]]] = {name: [] for name in files}
    for number in range(RUNS):
        messages = run(rune, [data for each in questions.values() for data in each.inputs[number]])
        for name, message in zip(files, messages, strict=True):
            outputs[name].append([data for _, data in tensors_of(message.data)])
    assert {name: list(questions[name].wrong(outputs[name])) for name in files} == {name: [] for name in files}


@pytest.fixture(scope="module")
def files() -> ProjectFiles:
    return model_project(model_of(dense(24, 9)))


@pytest.mark.slow
def test_a_rune_for_speed_carries_it_and_is_itself_what_it_would_be_without(files: ProjectFiles) -> None:
    assert FASTEST is not None
    fast = build(files, BuildOptions("app", target=FASTEST)).rune
    usual = build(files, BuildOptions("app", target=BALANCED)).rune
    read = read_rune(fast)
    assert [section.name for section in read.sections if section.name is not None] == [
        ".rune_version",
        ".rune_graph",
        ".rune_relaxed",
    ]
    assert [section.name for section in read_rune(usual).sections if section.name is not None][-1] == ".rune_graph"
    second = bytes(read.sections[-1].payload)
    assert read_rune(second).runs
    assert [(each.name, each.kind) for each in read_rune(second).imports if each.name != "_debug"] == [
        (each.name, each.kind) for each in read.imports if each.name != "_debug"
    ]
    inputs = {1: bytes(default_rng(3).integers(0, 256, 48, "u1"))}
    assert Runtime.load(fast).call(inputs) == Runtime.load(usual).call(inputs)
    # It is no part of what runs: with another in its place, the rune gives the same.
    assert Runtime.load(pack(usual, {".rune_relaxed": b"\0"})).call(inputs) == Runtime.load(usual).call(inputs)


def test_a_rune_without_any_of_its_kernels_does_not_carry_it() -> None:
    assert FASTEST is not None
    floats = model_project(model_of(dense(8, 4, "float32")))
    rune = build(floats, BuildOptions("app", target=FASTEST)).rune
    assert all(section.name != ".rune_relaxed" for section in read_rune(rune).sections)
