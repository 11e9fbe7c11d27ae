"""The graph and the imports of a rune tell its needs from its host."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.running.container import needed_resources, read_rune
from rune.source.runefile import HostResourceOptions

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: u32, dimensions: [1]}]}
  model: {model: $MODEL, inputs: [in], outputs: [{type: u32, dimensions: [1]}]}
  label: {proc-block: label, inputs: [model], args: {wordlist: $WORDS}}
  out: {out: serial, inputs: [label]}
resources:
  MODEL: {type: binary}
  WORDS: {%s}
  UNUSED: {type: string}
"""


STRANGE: tuple[dict[str, Any] | None, ...] = (
    None,
    {},
    {"resources": 1},
    {"resources": {"A": 1}},
    {"resources": {"A": {}}, "models": {"m": [], "n": {"args": 1, "file": 2}}, "proc-blocks": []},
)


@pytest.mark.parametrize(("words", "names"), [("type: string", ("MODEL", "WORDS")), ("inline: a", ("MODEL",))])
def test_what_is_used_and_has_no_default_is_needed(words: str, names: tuple[str, ...]) -> None:
    files = MemoryFiles({"Runefile.yml": (RUNEFILE % words).encode()})
    rune = read_rune(build(files, BuildOptions("x", host_resources=HostResourceOptions(every=True))).rune)
    assert needed_resources(rune) == names


@pytest.mark.slow
def test_a_rune_that_opens_no_resource_needs_none_and_a_strange_graph_none() -> None:
    plain = RUNEFILE.replace("$MODEL", "net.onnx").replace("inputs: [in], ", "inputs: [in], args: {format: onnx}, ")
    files = MemoryFiles({"Runefile.yml": (plain % "inline: a").encode(), "net.onnx": b"onnx"})
    data = build(files, BuildOptions("x")).rune
    assert needed_resources(read_rune(data)) == ()
    opening = read_rune(build(MemoryFiles({"Runefile.yml": (RUNEFILE % "inline: a").encode()}), BuildOptions("x")).rune)
    for graph in STRANGE:
        assert needed_resources(replace(opening, graph=graph)) == ()
