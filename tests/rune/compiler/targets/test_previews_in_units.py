"""The purpose of a preview's build: the same results as a build, and little to compile after an edit."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from rune.compiler.anvil.compiling import compiler
from rune.compiler.anvil.compiling.objects import ObjectCache
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.wasm32 import PREVIEW, TARGET
from rune.project.files import MemoryFiles
from rune.running.runtime import Limits
from rune.running.runtime.engine import CompiledRune
from tests.rune.compiler.targets.projects import TEMPLATES, template

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
    loaded = CompiledRune(rune, Limits()).start()
    inputs = {capability.id: INPUT for capability in loaded.capabilities}
    return [message.data for _ in range(3) for message in loaded.call(inputs)]


class CountingCache(ObjectCache):
    """Counts the units that had to be compiled."""

    compiled = 0

    def put(self, key: str, data: bytes) -> None:
        self.compiled += 1
        super().put(key, data)


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
    cache = CountingCache(64 << 20)
    monkeypatch.setattr(compiler, "_OBJECTS", cache)
    before = result(project(), PREVIEW)
    cache.compiled = 0
    edited = project(RUNEFILE.replace(old, new), BLOCK.replace(old, new))
    after = result(edited, PREVIEW)
    assert cache.compiled <= units
    assert after == result(edited, TARGET)
    assert before == result(project(), TARGET)


@pytest.mark.proof
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_built_as_a_preview(name: str) -> None:
    assert build(template(name), BuildOptions(name, target=PREVIEW)).rune
