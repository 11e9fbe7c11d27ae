"""The compiler's process: the same bytes everywhere, limits that hold, errors with names."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ai_edge_litert.schema_py_generated import MaximumMinimumOptionsT

from rune.abi import OutputKind
from rune.blocks.catalogue import find_block
from rune.capabilities.raw import RAW
from rune.compiler.anvil.compiling import allowance as allowance_module
from rune.compiler.anvil.compiling import compiler
from rune.compiler.anvil.compiling.allowance import CHECK_INTERVAL, Allowance, CompilerLimits, _peak_resident, _resident
from rune.compiler.anvil.compiling.compiler import compile_modules, compile_sources
from rune.compiler.anvil.compiling.objects import ObjectCache, object_key
from rune.compiler.anvil.compiling.unit_files import unit_files
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.graph import SharedPlaces, Value
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.anvil.sources import Sources, Unit
from rune.compiler.anvil.target import Toolchain
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.wasm32 import RELAXED
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.tflite import Model, read_model, signature
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.source.runefile.model_inputs.starter import starter
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, OutputStage, Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.compiler.pipelines import models_pipeline, passing_on
from tests.support.compiler.template_projects import template
from tests.support.models.model_cases import model_cases
from tests.support.models.reference.model_graph import ModelGraph

ENDLESS = b"""
#if __INCLUDE_LEVEL__ < 150
#include "program.c"
#include "program.c"
#endif
"""
LARGE = b"""
#define TEN(x) x x x x x x x x x x
#define MANY(x) TEN(TEN(TEN(TEN(TEN(TEN(TEN(x)))))))
int numbers[] = { MANY(1,) };
"""


def toolchain() -> Toolchain:
    assert WASM32.toolchain is not None
    return WASM32.toolchain


def sources(text: bytes) -> Sources:
    return Sources({"program.c": text}, (Unit("program.c"),))


def counted_compilers(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands of the compilers and linkers that run from now on."""
    commands: list[list[str]] = []

    class CountingPopen(subprocess.Popen[bytes]):
        def __init__(self, command: list[str], **options: Any) -> None:
            commands.append(command)
            super().__init__(command, **options)

    monkeypatch.setattr(subprocess, "Popen", CountingPopen)
    return commands


@pytest.mark.slow
def test_the_same_sources_give_the_same_bytes_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = lower(passing_on(TensorType(ElementType.F64, (3,)), OutputKind.SERIAL), {}, WASM32)
    program_sources = WASM32.emit(program, plan(program, WASM32.limits), "any")
    modules = set()
    for name in ("a", "a longer name"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        monkeypatch.chdir(folder)
        modules.add(compile_sources(program_sources, toolchain()))
        assert list(folder.iterdir()) == []
    assert len(modules) == 1


def test_what_is_no_c_is_an_error_with_what_the_compiler_said() -> None:
    with pytest.raises(CompileError, match="refused the code that was generated") as error:
        compile_sources(sources(b"this is not C"), toolchain())
    assert "program.c:1:1: error" in error.value.details


@pytest.mark.slow
def test_a_compiler_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(CompileError, match=r"The build was stopped after 0\.3 seconds"):
        compile_sources(sources(ENDLESS), toolchain(), Allowance(CompilerLimits(wall_seconds=0.3)))


@pytest.mark.protects("compiling/resources")
def test_a_compiler_that_needs_too_much_memory_is_stopped() -> None:
    with pytest.raises(CompileError):
        compile_sources(sources(LARGE), toolchain(), Allowance(CompilerLimits(memory=400 << 20, wall_seconds=60)))


def test_a_compiler_that_writes_too_much_is_stopped() -> None:
    small = Allowance(CompilerLimits(file_size=1 << 16))
    with pytest.raises(CompileError):
        compile_sources(sources(b"char zeros[1 << 22] = {1};"), toolchain(), small)


@pytest.mark.slow
def test_two_modules_share_what_every_rune_may_call_and_are_what_each_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in model_cases() if case.name == "chain_i8_dense")
    models = {case.name: read_model(case.data)}
    modules = []
    for target in (WASM32, RELAXED):
        assert target.toolchain is not None
        program = lower(models_pipeline(models), models, target)
        modules.append((target.emit(program, plan(program, target.limits), "any"), target.toolchain))
    monkeypatch.setattr(compiler, "_OBJECTS", ObjectCache[bytes](limit=1 << 20, size=len))
    commands = counted_compilers(monkeypatch)
    together = compile_modules(modules, Allowance())
    units = Counter(command[-3] for command in commands if command[-2:] == ["-o", "object"])
    assert units == {"support/support.c": 1, "part_0.c": 2, "part_1.c": 2}
    for module, (module_sources, its_toolchain) in zip(together, modules, strict=True):
        monkeypatch.setattr(compiler, "_OBJECTS", ObjectCache[bytes](limit=1 << 20, size=len))
        assert compile_sources(module_sources, its_toolchain) == module
    assert together[0] != together[1]


@pytest.mark.slow
def test_a_compiler_that_computes_too_long_is_stopped() -> None:
    with pytest.raises(CompileError, match="used more than 1 seconds of processor time"):
        compile_sources(sources(ENDLESS), toolchain(), Allowance(CompilerLimits(processor_seconds=1)))


@pytest.mark.slow
@pytest.mark.protects("compiling/resources")
def test_all_units_together_have_the_time_of_one_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four units that never end, one after the other: the first takes the time of all, and the others do not start."""
    names = [f"unit_{number}.c" for number in range(4)]
    files = {"program.c": ENDLESS, **dict.fromkeys(names, b'#include "program.c"')}
    several = Sources(files, tuple(map(Unit, names)))
    commands = counted_compilers(monkeypatch)
    limits = CompilerLimits(wall_seconds=0.4, memory=2 << 30, process_memory=2 << 30)
    with pytest.raises(CompileError, match=r"The build was stopped after 0\.4 seconds"):
        compile_sources(several, toolchain(), Allowance(limits))
    assert len(commands) == 1


def test_the_memory_of_a_build_decides_how_many_compilers_run_at_once() -> None:
    assert Allowance(CompilerLimits(memory=4 << 30, process_memory=2 << 30)).at_once == 2
    assert Allowance(CompilerLimits(memory=5 << 30, process_memory=2 << 30)).at_once == 2
    small = Allowance(CompilerLimits(memory=1 << 30, process_memory=2 << 30))
    assert small.at_once == 1
    assert 1 << 29 < small.process_memory <= 1 << 30


@pytest.mark.slow
@pytest.mark.protects("compiling/resources")
def test_the_memory_of_the_build_itself_is_inside_of_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance_module, "CHECK_INTERVAL", 0)
    allowance = Allowance(CompilerLimits(memory=32 << 20, process_memory=16 << 20))
    allowance.require()
    _ = b"x" * (_peak_resident() - _resident() + (48 << 20))
    for measure in (allowance.require, lambda: allowance.process_memory):
        with pytest.raises(CompileError, match=r"it needs more than 33\.6 MB of memory"):
            measure()


def test_time_and_memory_are_looked_at_again_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    allowance = Allowance(CompilerLimits())
    monkeypatch.setattr(allowance, "memory", lambda: looks.append(now))
    for now in (100.0, 100.001, 100.002, 100.0 + CHECK_INTERVAL, 101.0):  # noqa: B007 (the clock reads it)
        allowance.require()
    assert looks == [100.0, 100.0 + CHECK_INTERVAL, 101.0]


@pytest.mark.protects("compiling/resources")
def test_a_project_that_needs_more_memory_than_a_build_has_is_not_built() -> None:
    with pytest.raises(CompileError, match="needs more than 0 B of memory"):
        build(MemoryFiles(template("digits")), BuildOptions("digits", limits=CompilerLimits(memory=0)))


@pytest.mark.protects("compiling/resources")
def test_those_that_run_at_once_share_what_is_left_of_the_processor() -> None:
    allowance = Allowance(CompilerLimits(processor_seconds=100))
    assert 48 <= allowance.processor_seconds(2) <= 50
    with pytest.raises(CompileError, match="it used more than 0 seconds of processor time"):
        Allowance(CompilerLimits(processor_seconds=0)).processor_seconds(1)


@pytest.mark.protects("compiling/resources")
def test_reading_and_proving_are_inside_of_the_limit() -> None:
    files = MemoryFiles(template("digits"))
    with pytest.raises(CompileError, match="The build was stopped after 0 seconds"):
        build(files, BuildOptions("digits", limits=CompilerLimits(wall_seconds=0)))


def test_a_model_is_not_compiled_again_when_a_label_changes() -> None:
    case = next(case for case in model_cases() if case.name == "chain_i8_dense")
    models = {case.name: read_model(case.data)}
    before, after = (_labelled(models, words) for words in ("yes\nno", "a much longer word\nno\nmaybe"))
    changed = {name for name in before.files if before.files[name] != after.files[name]}
    assert changed == {"part_0.c"}
    constants = [{unit.name: unit.data for unit in each.units if unit.data is not None} for each in (before, after)]
    assert {name for name in constants[0] if constants[0][name] != constants[1][name]} == {"constants_0"}
    for unit in before.units:
        if unit.name.endswith("_1.c"):
            assert changed.isdisjoint(unit_files(unit.name, before.files))


def _labelled(models: dict[str, Model], words: str) -> Sources:
    block = find_block("label")
    assert block is not None
    arguments, index = {"wordlist": words}, TensorType(ElementType.U32, (1,))
    label = BlockStage("label", "label", block, arguments, (Port("index", 0),), block.outputs((index,), arguments))
    stages = (
        CapabilityStage("index", RAW, (), index),
        label,
        OutputStage("out", OutputKind.SERIAL, (Port("label", 0),)),
    )
    program = lower(Pipeline((*models_pipeline(models).stages, *stages), ()), models, WASM32)
    return WASM32.emit(program, plan(program, WASM32.limits), "any")


def test_an_object_is_kept_for_exactly_its_files_and_flags() -> None:
    key = object_key(["-O2"], "a.c", {"a.c": b"1", "b.h": b"2"})
    assert key == object_key(["-O2"], "a.c", {"b.h": b"2", "a.c": b"1"})
    others = [
        object_key(["-Os"], "a.c", {"a.c": b"1", "b.h": b"2"}),
        object_key(["-O2"], "b.h", {"a.c": b"1", "b.h": b"2"}),
        object_key(["-O2"], "a.c", {"a.c": b"1", "b.h": b"3"}),
        object_key(["-O2"], "a.c", {"a.c": b"1b.h", "": b"2"}),
    ]
    assert len({key, *others}) == 5


def test_the_cache_drops_what_was_not_asked_for_longest_and_keeps_nothing_that_would_drop_all() -> None:
    cache = ObjectCache[bytes](limit=10, size=len)
    for name in "abcde":
        cache.put(name, b"12")
    assert cache.get("a") == b"12"
    cache.put("f", b"12")
    cache.put("too large", b"123")
    assert [name for name in "abcdef" if cache.get(name) is None] == ["b"]
    assert cache.get("too large") is None


def _deep(ops: int) -> MemoryFiles:
    """A project with a model of so many ops, one behind the other, and as many more that wait for all of them."""
    graph = ModelGraph("deep")
    ends = [graph.input("input", [1, 8], "float32")]
    for number in range(ops):
        ends.append(graph.tensor(f"sine {number}", [1, 8], "float32"))
        graph.operator("SIN", [ends[-2]], [ends[-1]])
    last = ends[-1]
    for number, end in enumerate(ends[1:-1]):
        most = graph.tensor(f"most {number}", [1, 8], "float32")
        graph.operator("MAXIMUM", [last, end], [most], MaximumMinimumOptionsT())
        last = most
    data = graph.finish(last)
    text = starter(signature(read_model(data)), "model.tflite")
    return MemoryFiles({"Runefile.yml": text.encode(), "model.tflite": data})


@pytest.mark.proof
def test_planning_thousands_of_ops_is_inside_of_the_limit_of_the_processor() -> None:
    files = _deep(1100)
    with pytest.raises(CompileError, match="The build was stopped: it used more than 1 seconds of processor time"):
        build(files, BuildOptions("deep", limits=CompilerLimits(processor_seconds=1)))


@pytest.mark.slow
def test_thousands_of_ops_in_one_memory_are_no_deep_call() -> None:
    places = SharedPlaces(
        [Value("", TensorType(ElementType.I8, (1,)), shares=number - 1 if number else None) for number in range(5000)]
    )
    assert places.find(4999) == (0, 0)
