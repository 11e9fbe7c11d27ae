"""Kernel sets stand in for each other: what one lacks another computes, in one rune and with the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from rune.compiler.anvil.kernel_set import KernelSet
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.program import calls
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.kernels.portable import PORTABLE
from rune.compiler.kernels.simd128 import SIMD128
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import Model, read_model
from rune.source.runefile.codes import Code
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run
from tests.support.compiler.programs.c_projects import model_project
from tests.support.models.model_cases import model_cases
from tests.support.shares import mostly_proved


def headers_of(kernels: KernelSet) -> set[str]:
    return {kernel.header.stem for several in kernels.kernels.values() for kernel in several}


HEADERS = sorted(headers_of(SIMD128) & headers_of(PORTABLE))


def without(kernels: KernelSet, header: str) -> KernelSet:
    left = {
        kind: tuple(kernel for kernel in several if kernel.header.stem != header)
        for kind, several in kernels.kernels.items()
    }
    assert left != dict(kernels.kernels)
    return replace(kernels, kernels=left)


def some_models() -> dict[str, Model]:
    """Every fourth model of the tests: all ops are among them."""
    return {case.name: read_model(case.data) for case in model_cases()[::4]}


@cache
def headers_of_models() -> Mapping[str, frozenset[str]]:
    """The files of SIMD128 that each of the models has its kernels of."""
    models = some_models()
    program = lower(models_pipeline(models), models, WASM32)
    pairs = [
        (call.stage.split()[0], call.header.stem)
        for step in program.steps
        for call in calls(step)
        if isinstance(call.header, Path) and call.header.parent.name == SIMD128.name
    ]
    return {name: frozenset(header for stage, header in pairs if stage == name) for name in models}


def models_of(header: str) -> dict[str, Model]:
    """Returns the models whose kernels are in the file, and one with a kernel in another file of SIMD128."""
    by_name = headers_of_models()
    other = next(name for name, headers in by_name.items() if headers and header not in headers)
    return {name: model for name, model in some_models().items() if header in by_name[name] or name == other}


@pytest.mark.parametrize("header", mostly_proved(HEADERS, 3))
def test_a_set_that_lacks_an_op_takes_it_from_its_base_and_gives_the_same(header: str) -> None:
    models = models_of(header)
    mixed_target = replace(WASM32, kernels=without(SIMD128, header))
    program = lower(models_pipeline(models), models, mixed_target)
    files = mixed_target.emit(program, plan(program, mixed_target.limits), "any").files
    text = b"".join(data for name, data in files.items() if name.startswith("part_"))
    assert f'"portable/{header}.h"'.encode() in text
    assert b'"simd128/' in text
    one, other = (loaded(module_of(models_pipeline(models), models, target)) for target in (mixed_target, WASM32))
    cases = [case for case in model_cases() if case.name in models]
    inputs = [data for case in cases for data in case.runs[0].inputs]
    for case, left, right in zip(cases, run(one, inputs), run(other, inputs), strict=True):
        assert left.data == right.data, case.name


def test_what_no_set_has_is_refused_by_name() -> None:
    case = next(case for case in model_cases() if case.name.startswith("softmax_i8"))
    target = replace(WASM32, kernels=without(PORTABLE, "softmax"))
    with pytest.raises(BuildFailed) as error:
        build(model_project(case.data), BuildOptions("app", target=target))
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == Code.TARGET_LACKS.value
    assert "the kernel set portable has no kernel for SoftmaxInt8, which model.tflite needs" in diagnostic.message
