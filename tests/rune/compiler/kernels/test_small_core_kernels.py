"""Kernel sets for small cores give the reference's bytes: as C on any machine, and on the emulated core with its own
instructions."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.program import calls
from rune.compiler.kernels.dsp import DSP
from rune.compiler.kernels.helium import HELIUM
from rune.compiler.kernels.m0plus import M0PLUS
from rune.compiler.targets.lookup import find_target
from rune.devices.emulation.running import emulate
from rune.model.tflite import Model, read_model
from rune.running.runtime.interpreters.tflite import open_tflite
from tests.support.compiler.extreme_sums import connected, pointwise
from tests.support.compiler.pipelines import models_pipeline
from tests.support.compiler.programs.board_programs import core, firmware_of
from tests.support.compiler.programs.c_programs import CFolder
from tests.support.compiler.window_targets import SANITIZED, SETS
from tests.support.models.model_cases import ModelCase, model_cases
from tests.support.models.reference.model_layers import Layers

C = find_target("c")
EVERY_SET = pytest.mark.parametrize("name", SETS)
FIRST_SET = pytest.mark.parametrize(
    "name", ["cortex-m4", *(pytest.param(each, marks=pytest.mark.proof) for each in list(SETS)[1:])]
)
"""One in `make test`, all as a proof."""


def used(models: Mapping[str, Model], kernels: KernelSet) -> Counter[str]:
    """Counts how often each function of the set itself is called."""
    program = lower(models_pipeline(models), models, replace(C, kernels=kernels))
    all_calls = (call for step in program.steps for call in calls(step))
    return Counter(call.function for call in all_calls if call.header.parent.name == kernels.name)


@cache
def cases_of(name: str) -> tuple[ModelCase, ...]:
    """The models of single ops that a core's set has kernels for."""
    kernels = SETS[name]
    return tuple(case for case in model_cases() if used({case.name: read_model(case.data)}, kernels))


def frames_of(cases: Sequence[ModelCase], runs: int = 3) -> tuple[list[list[bytes]], bytes]:
    """The inputs of some runs, and the outputs of the reference kernels."""
    frames = [[case.runs[number % len(case.runs)] for case in cases] for number in range(runs)]
    inputs = [[data for run in runs_ for data in run.inputs] for runs_ in frames]
    return inputs, b"".join(data for runs_ in frames for run in runs_ for data in run.outputs)


def built_here(models: Mapping[str, Model], kernels: KernelSet, folder: Path) -> CFolder:
    """Builds C for this machine, whose compiler has none of the core's instructions."""
    target = replace(C, kernels=kernels)
    program = lower(models_pipeline(models), models, target)
    return CFolder.of(folder, target.emit(program, plan(program, target.limits), "models").files)


@pytest.mark.proof
@FIRST_SET
@pytest.mark.parametrize(
    "flags", [pytest.param(("-O1",), id="O1"), pytest.param(SANITIZED, id="sanitized", marks=pytest.mark.proof)]
)
def test_the_c_beside_the_instructions_gives_the_references_bytes(
    name: str, flags: Sequence[str], tmp_path: Path
) -> None:
    cases = cases_of(name)
    assert len(cases) > 40
    inputs, expected = frames_of(cases)
    models = {case.name: read_model(case.data) for case in cases}
    assert built_here(models, SETS[name], tmp_path).outputs(inputs, flags) == expected


@pytest.mark.proof
@FIRST_SET
def test_the_instructions_of_the_core_give_the_references_bytes(name: str, tmp_path: Path) -> None:
    cases = cases_of(name)
    inputs, expected = frames_of(cases)
    models = {case.name: read_model(case.data) for case in cases}
    assert emulate(firmware_of(models, SETS[name], core(name), tmp_path), inputs).outputs == expected


def shaped_models() -> dict[str, bytes]:
    """Shapes that the kernels take in pieces: widths of 1 to 9, depths beside fours, channels that end a pair."""
    models = {}
    for number in range(24):
        draw = random.Random(number)
        layers = Layers(f"shape_{number}", np.random.default_rng(number))
        height, width, depth = draw.randint(1, 7), number % 9 + 1, draw.choice((1, 3, 4, 5, 7, 8, 12))
        image = layers.input((1, height, width, depth), "int8", zero_point=draw.randint(-128, 127))
        kernel = draw.choice(((1, 1), (3, 3), (2, 3), (3, 2)))
        options = {"stride": (draw.randint(1, 2),) * 2, "padding": "same", "zero_point": draw.choice((-128, 5))}
        activation = draw.choice(("none", "relu", "relu6"))
        if number % 2 and depth >= 4:
            layer = layers.depthwise(image, kernel=(3, 3), activation=activation, **options)  # type: ignore[arg-type]
        else:
            layer = layers.conv(image, draw.randint(1, 9), kernel, activation=activation, **options)  # type: ignore[arg-type]
        models[f"shape_{number}"] = layers.graph.finish(layer.index)
    for number, (depth, units) in enumerate(((1, 1), (3, 5), (4, 4), (31, 10), (64, 7))):
        layers = Layers(f"connected_{number}", np.random.default_rng(number))
        layer = layers.fully_connected(layers.input((2, depth), "int8"), units, per_channel=number % 2 == 1)
        models[f"connected_{number}"] = layers.graph.finish(layer.index)
    return models


def narrow_models() -> dict[str, bytes]:
    """Rows of one pixel, as those of networks over time, which are computed one by one; and filters as large as their
    images."""
    models = {}
    for number in range(8):
        draw = random.Random(number)
        layers = Layers(f"narrow_{number}", np.random.default_rng(number))
        depth, rows, width = draw.randint(1, 9), draw.randint(5, 30), number % 3 + 1
        layer = layers.input((1, rows, width, depth), "int8", zero_point=draw.randint(-128, 127))
        for activation in ("relu", "none"):
            kernel, channels = (draw.randint(1, 5), draw.randint(1, width)), draw.randint(1, 9)
            layer = layers.conv(layer, channels, kernel, stride=(2, 1), padding="same", activation=activation)
        models[f"narrow_{number}"] = layers.graph.finish(layer.index)
        size, channels = (draw.randint(1, 5), draw.randint(1, 3)), draw.randint(1, 9)
        layers = Layers(f"pixel_{number}", np.random.default_rng(number))
        image = layers.input((number % 2 + 1, *size, depth), "int8", zero_point=draw.randint(-128, 127))
        layer = layers.conv(image, channels, size, padding="valid", activation=draw.choice(("none", "relu6")))
        models[f"pixel_{number}"] = layers.graph.finish(layer.index)
    return models


def extreme_models() -> dict[str, bytes]:
    """Sums and multipliers beyond what the kernels take, and channels that give one byte whatever comes in."""
    weights = np.random.default_rng(3).integers(-127, 128, (5, 64)).astype(np.int8)
    models = {}
    for i, multiplier in enumerate((0.75, 1.0, 3.0, 1e-6, 1e6, 1e-3)):
        for j, bias in enumerate((-(2**31), 2**31 - 1, -(2**30), 2**29)):
            models[f"pointwise_{i}_{j}"] = pointwise(weights, [bias, 0, -1000, bias, 7], multiplier, "none", -5)
    for i, (multiplier, bias) in enumerate(((0.3, 2**31 - 1), (0.3, -(2**31)), (100.0, 2**23), (0.001, 2**29))):
        models[f"connected_{i}"] = connected(weights[:3], [bias, 0, -1000], multiplier)
    return models


FAMILY = pytest.mark.parametrize(
    "family",
    [
        pytest.param(shaped_models, id="shapes"),
        pytest.param(narrow_models, id="narrow"),
        pytest.param(extreme_models, id="extremes", marks=pytest.mark.proof),
    ],
)


def noise_and_answers(files: Mapping[str, bytes], runs: int = 3) -> tuple[list[list[bytes]], bytes]:
    """Frames of noise for all models, and what the reference interpreter gives."""
    generator = np.random.default_rng(1)
    models = [read_model(data) for data in files.values()]
    counts = [model.tensors[model.inputs[0]].count for model in models]
    frames = [[generator.integers(-128, 128, count).astype(np.int8).tobytes() for count in counts] for _ in range(runs)]
    references = [open_tflite(data, reference=True) for data in files.values()]
    answers = (reference.run([data])[0] for frame in frames for reference, data in zip(references, frame, strict=True))
    return frames, b"".join(answers)


@pytest.mark.slow
@FIRST_SET
@FAMILY
def test_a_family_of_models_gives_the_references_bytes_as_c(
    name: str, family: Callable[[], dict[str, bytes]], tmp_path: Path
) -> None:
    files = family()
    models = {key: read_model(data) for key, data in files.items()}
    frames, expected = noise_and_answers(files)
    assert built_here(models, SETS[name], tmp_path).outputs(frames, ("-O1",)) == expected


@pytest.mark.slow
@EVERY_SET
@FAMILY
def test_a_family_of_models_gives_the_references_bytes_on_the_core(
    name: str, family: Callable[[], dict[str, bytes]], tmp_path: Path
) -> None:
    files = family()
    models = {key: read_model(data) for key, data in files.items()}
    frames, expected = noise_and_answers(files)
    assert emulate(firmware_of(models, SETS[name], core(name), tmp_path), frames).outputs == expected


def test_a_single_pixel_takes_no_memory_for_a_tile() -> None:
    models = {key: read_model(data) for key, data in narrow_models().items() if key.startswith("pixel")}
    assert set(used(models, DSP)) == {
        "rune_conv_2d_int8_dsp_of_pixels",
        "rune_conv_2d_int8_dsp_of_pixels_bounded",
    }


def test_a_layer_whose_sums_are_too_large_is_left_to_the_portable_kernels() -> None:
    weights = np.full((1, 64), 127, np.int8)
    assert not used({"model": read_model(pointwise(weights, [2**30], 1e-7, "none", -5))}, DSP)
    assert used({"model": read_model(pointwise(weights, [2**20], 1e-4, "none", -5))}, DSP)


def test_a_channel_that_never_changes_does_not_keep_a_layer_from_the_fast_kernels() -> None:
    weights = np.random.default_rng(3).integers(-127, 128, (2, 64)).astype(np.int8)
    bias = [2**30, 0]  # so large that the first channel is 127 for every input
    assert used({"model": read_model(pointwise(weights, bias, 0.001, "none", -5))}, DSP)


@pytest.mark.slow
@FIRST_SET
@pytest.mark.parametrize(
    "model", ["kws", *(pytest.param(each, marks=pytest.mark.proof) for each in ("vww", "ic", "ad"))]
)
def test_a_model_of_mlperf_gives_the_references_bytes_on_the_core(
    name: str, model: str, test_data: Path, tmp_path: Path
) -> None:
    data = (test_data / "models" / f"mlperf_{model}_int8.tflite").read_bytes()
    frames, expected = noise_and_answers({model: data}, runs=2 if model == "kws" else 20)
    firmware = firmware_of({model: read_model(data)}, SETS[name], core(name), tmp_path)
    assert emulate(firmware, frames).outputs == expected


@pytest.mark.proof
def test_a_set_in_c_gives_the_references_bytes_on_a_core_that_it_was_not_made_for(tmp_path: Path) -> None:
    files = shaped_models() | extreme_models()
    models = {key: read_model(data) for key, data in files.items()}
    frames, expected = noise_and_answers(files)
    for number, (name, kernels) in enumerate((("rv32imc", M0PLUS), ("rv32imc", DSP), ("cortex-m0plus", HELIUM))):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert emulate(firmware_of(models, kernels, core(name), folder), frames).outputs == expected
