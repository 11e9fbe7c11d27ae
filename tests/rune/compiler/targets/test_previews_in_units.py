"""The purpose of a preview's build: the same results as a build, and little to compile after an edit."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TypeVar

import pytest

from rune.compiler.anvil.compiling import compiler
from rune.compiler.anvil.compiling.layouts import LinkedModule, layout_key, read_layout
from rune.compiler.anvil.compiling.objects import ObjectCache
from rune.compiler.anvil.sources import Unit
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.wasm32 import PREVIEW, TARGET
from rune.project.files import MemoryFiles
from rune.running.runtime import Limits
from rune.running.runtime.engine import CompiledRune
from tests.support.compiler.programs.c_projects import TEMPLATES, template

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  numbers:
    capability: RAW
    args: {length: 16}
    outputs: [{type: f32, dimensions: [4]}]
  own:
    proc-block: ./own.py
    inputs: [numbers]
  scaled:
    proc-block: scale
    inputs: [own]
    args: {factor: "0.3"}
  mean:
    proc-block: moving_average
    inputs: [scaled]
    outputs: [{type: f32, dimensions: [4]}]
    args: {length: 3}
  result:
    out: TENSOR
    inputs: [mean]
"""
BLOCK = """\
def own(x: f32["n"]) -> f32["n"]:
    y = x[:]
    for i in range(len(y)):
        if y[i] > 0.25:
            y[i] = y[i] * 1.7 - 0.1
    return y
"""
INPUT = struct.pack("<4f", 0.1, 0.26, -3.5, 1e9)


def project(runefile: str = RUNEFILE, block: str = BLOCK) -> MemoryFiles:
    return MemoryFiles({"Runefile.yml": runefile.encode(), "own.py": block.encode()})


def result(files: MemoryFiles, target: Target) -> list[bytes]:
    rune = build(files, replace(BuildOptions("edited"), target=target)).rune
    instance = CompiledRune(rune, Limits()).start()
    inputs = {capability.id: INPUT for capability in instance.capabilities}
    return [message.data for _ in range(3) for message in instance.call(inputs)]


T = TypeVar("T")


class CountingCache(ObjectCache[T]):
    """Counts the units that had to be compiled, or the modules that had to be linked."""

    stored = 0

    def put(self, key: str, value: T) -> None:
        self.stored += 1
        super().put(key, value)


def unit_cache() -> CountingCache[bytes]:
    return CountingCache[bytes](64 << 20, len)


def module_cache() -> CountingCache[LinkedModule]:
    return CountingCache[LinkedModule](32 << 20, lambda layout: len(layout.module))


@pytest.mark.parametrize(
    ("old", "new", "units"),
    [
        ('factor: "0.3"', 'factor: "0.4"', 0),
        ("y[i] * 1.7", "y[i] * 1.8", 0),
        ("> 0.25", ">= 0.25", 1),
    ],
    ids=["a number of a stage", "a number in a block", "an operator in a block"],
)
def test_an_edit_compiles_only_the_units_whose_code_it_changes(
    old: str, new: str, units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, layouts = unit_cache(), module_cache()
    monkeypatch.setattr(compiler, "_OBJECTS", cache)
    monkeypatch.setattr(compiler, "_LAYOUTS", layouts)
    before = result(project(), PREVIEW)
    cache.stored, layouts.stored = 0, 0
    files = project(RUNEFILE.replace(old, new), BLOCK.replace(old, new))
    after = result(files, PREVIEW)
    assert (cache.stored, layouts.stored) == (units, units)
    assert after == result(files, TARGET)
    assert before == result(project(), TARGET)


def test_other_constants_in_a_linked_module_give_the_linkers_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = module_cache()
    monkeypatch.setattr(compiler, "_LAYOUTS", layouts)
    edits = [("0.3", "0.4"), ("0.3", "7.25"), ("1.7", "1.8"), ("0.1", "0.0"), ("length: 3", "length: 4")]
    projects = [project(RUNEFILE.replace(*edit), BLOCK.replace(*edit)) for edit in edits]
    options = BuildOptions("edited", target=PREVIEW)
    runes = [build(files, options).rune for files in projects]
    assert layouts.stored == 2, "another length moves what lies behind it, and nothing else does"
    for files, rune in zip(projects, runes, strict=True):
        monkeypatch.setattr(compiler, "_LAYOUTS", module_cache())
        assert build(files, options).rune == rune


def test_a_constant_that_is_not_where_the_map_says_is_linked_each_time() -> None:
    units = [Unit("steps.c"), Unit("numbers", data=b"12345678")]
    data = b"\1\0\x41\x80\x08\x0b\x0a..12345678"
    module = b"\0asm\1\0\0\0\x0b" + bytes([len(data)]) + data
    assert read_layout(module, "   402   0   8   numbers", units) == LinkedModule(module, {"numbers": len(module) - 8})
    other = [units[0], replace(units[1], data=b"abcdefgh")]
    assert LinkedModule(module, {"numbers": len(module) - 8}).with_data(other) == module.replace(
        b"12345678", b"abcdefgh"
    )
    for wrong in ("", "   403   0   8   numbers", "   9999   0   8   numbers", "   402   0   8   others"):
        assert read_layout(module, wrong, units) is None


def test_a_layout_is_of_one_code_and_of_constants_of_the_same_sizes() -> None:
    units = (Unit("steps.c"), Unit("numbers", data=b"12345678"))
    key = layout_key(("wasm-ld",), units, [b"code", b"object"])
    assert key == layout_key(("wasm-ld",), (units[0], replace(units[1], data=b"abcdefgh")), [b"code", b"other"])
    assert key != layout_key(("wasm-ld",), units, [b"other", b"object"])
    assert key != layout_key(("wasm-ld", "-s"), units, [b"code", b"object"])
    assert key != layout_key(("wasm-ld",), (units[0], replace(units[1], data=b"123456789")), [b"code", b"object"])
    assert key != layout_key(("wasm-ld",), (units[0], replace(units[1], name="others")), [b"code", b"object"])


@pytest.mark.proof
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_built_as_a_preview(name: str) -> None:
    assert build(template(name), BuildOptions(name, target=PREVIEW)).rune
