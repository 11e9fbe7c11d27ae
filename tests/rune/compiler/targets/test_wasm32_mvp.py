"""wasm32-mvp: nothing in a rune came after the first version of WebAssembly, and its bytes are those of wasm32."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
import wasmtime

from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import read_model
from rune.project.files import ProjectFiles
from tests.rune.compiler.targets.mvp import PostMvp, check_mvp
from tests.support.compiler.bare_host import BareHost
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run
from tests.support.compiler.programs.c_projects import (
    INTEGER_MODELS,
    TEMPLATES,
    answered_inputs,
    model_project,
    mostly_proved_on,
    template,
)
from tests.support.models.model_cases import model_cases
from tools.needs import HEADERS, lack

MVP = find_target("wasm32-mvp")

LATER = {
    "vectors": "(func (drop (v128.const i32x4 0 0 0 0)))",
    "bulk memory": "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))",
    "signs": "(func (drop (i32.extend8_s (i32.const 0))))",
    "saturating": "(func (drop (i32.trunc_sat_f32_s (f32.const 0))))",
    "several results": "(func (result i32 i32) (i32.const 0) (i32.const 0))",
    "a block with an input": "(func (i32.const 0) (block (param i32) (drop)))",
    "references": "(func (drop (ref.null extern)))",
    "passive data": '(memory 1) (data "a")',
    "counted data": '(memory 1) (data "a") (func (data.drop 0))',
    "a mutable global for all": '(global (export "g") (mut i32) (i32.const 0))',
    "a mutable global of the host": '(global (import "env" "g") (mut i32))',
    "several memories": "(memory 1) (memory 1)",
    "tail calls": "(func $f (return_call $f))",
    "a table of references": "(table 1 externref)",
    "64 bits": "(memory i64 1)",
    "shared memory": "(memory 1 1 shared)",
}


@pytest.mark.parametrize("feature", LATER)
def test_what_came_later_is_seen(feature: str) -> None:
    with pytest.raises(PostMvp):
        check_mvp(bytes(wasmtime.wat2wasm(f"(module {LATER[feature]})")))


def test_what_was_there_from_the_start_is_read() -> None:
    module = """(module
        (import "env" "f" (func $f (param i32) (result i32)))
        (memory (export "memory") 1 1) (table 1 funcref) (elem (i32.const 0) $f) (data (i32.const 8) "abc")
        (global $g (mut i64) (i64.const -1))
        (func (export "g") (param i32) (result f64) (local f32)
          (block (loop (br_table 0 1 (local.get 0))))
          (if (result f64) (i32.load8_s offset=7 (call_indirect (param i32) (result i32) (i32.const 1) (i32.const 0)))
            (then (f64.const 1)) (else (f64.convert_i32_s (memory.grow (i32.const 1)))))))"""
    assert check_mvp(bytes(wasmtime.wat2wasm(module))) == 18


def first_version() -> wasmtime.Engine:
    """An engine without what wasmtime can leave out."""
    config = wasmtime.Config()
    for feature in ("relaxed_simd", "simd", "bulk_memory", "multi_value", "multi_memory", "memory64", "tail_call"):
        setattr(config, f"wasm_{feature}", False)
    return wasmtime.Engine(config)


def assert_first_version(module: bytes) -> None:
    wasmtime.Module.validate(first_version(), module)
    assert check_mvp(module) > 100


def test_a_rune_with_vectors_is_refused_by_both_judges() -> None:
    rune = build(template("sine"), BuildOptions("sine")).rune
    with pytest.raises(wasmtime.WasmtimeError, match="SIMD support is not enabled"):
        wasmtime.Module.validate(first_version(), rune)
    with pytest.raises(PostMvp):
        check_mvp(rune)


@pytest.mark.proof
def test_every_op_gives_the_bytes_of_wasm32_floats_too() -> None:
    cases = model_cases()
    models = {case.name: read_model(case.data) for case in cases}
    module = module_of(models_pipeline(models), models, MVP)
    assert_first_version(module)
    plain, vectors = loaded(module), loaded(module_of(models_pipeline(models), models, WASM32))
    for number in range(max(len(case.runs) for case in cases)):
        inputs = [data for case in cases for data in case.runs[number % len(case.runs)].inputs]
        for case, one, other in zip(cases, run(plain, inputs), run(vectors, inputs), strict=True):
            assert one.data == other.data, case.name


def assert_same_runes(files: ProjectFiles, answers: int) -> None:
    rune, plain = (build(files, BuildOptions("app", target=target)).rune for target in (WASM32, MVP))
    assert_first_version(plain)
    inputs = answered_inputs(files, rune, answers)
    expected = outputs(rune, inputs)
    assert any(expected)
    assert outputs(plain, inputs) == expected


def outputs(rune: bytes, inputs: Sequence[Sequence[bytes]]) -> list[list[tuple[int, bytes]]]:
    host = BareHost(rune)
    host.manifest()
    return [host.call(each) for each in inputs]


@pytest.mark.parametrize("name", mostly_proved_on("wasm32-mvp", TEMPLATES))
def test_a_template_gives_the_bytes_of_wasm32(name: str) -> None:
    assert_same_runes(template(name), answers=5)


@pytest.mark.parametrize("name", mostly_proved_on("wasm32-mvp", INTEGER_MODELS))
def test_an_integer_model_gives_the_bytes_of_wasm32(name: str, test_data: Path) -> None:
    assert_same_runes(model_project((test_data / "models" / f"{name}.tflite").read_bytes()), answers=3)


@pytest.mark.parametrize("name", mostly_proved_on("wasm3", TEMPLATES))
def test_a_template_runs_in_wasm3(name: str) -> None:
    if find_spec("wasm3") is None:
        pytest.skip(lack(HEADERS))
    from tests.rune.compiler.targets.wasm3_host import Wasm3Host

    rune = build(template(name), BuildOptions(name, target=MVP)).rune
    inputs = answered_inputs(template(name), rune, answers=1)
    expected = [[message for _, message in messages] for messages in outputs(rune, inputs)]
    assert any(expected)
    host = Wasm3Host(rune)
    assert [host.call(each) for each in inputs] == expected
    with pytest.raises(RuntimeError):  # it compiles a function when that is first called
        Wasm3Host(build(template(name), BuildOptions(name)).rune).call(inputs[0])


def test_the_description_takes_its_kernels_from_the_portable_set_alone() -> None:
    models = {case.name: read_model(case.data) for case in model_cases()[:1]}
    program = lower(models_pipeline(models), models, MVP)
    sources = MVP.emit(program, plan(program, MVP.limits), "any")
    assert not any(name.startswith("simd128/") for name in sources.files)
    assert any(name.startswith("portable/") for name in sources.files)
