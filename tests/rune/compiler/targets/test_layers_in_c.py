"""The C names the layer of the source model and the operator of each step, whatever the model file calls them."""

from __future__ import annotations

import re

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.c.trace import step_names
from rune.compiler.targets.lookup import find_target
from rune.project.files import MemoryFiles
from tests.support.models.reference.model_graph import ModelGraph

RUNEFILE = b"""\
version: 1
image: runicos/base
pipeline:
  x: {capability: RAW, outputs: [{type: f32, dimensions: [1, 4]}]}
  brain: {model: ./m.tflite, inputs: [x]}
  out: {out: tensor, inputs: [brain]}
"""


def built(*names: str, target: str = "c") -> tuple[str, tuple[str, ...]]:
    """The C of a model whose operators TANH give tensors with these names, and the names of its steps."""
    graph = ModelGraph("named layers")
    source = graph.input("x", (1, 4), "float32")
    for name in names:
        result = graph.tensor(name, (1, 4), "float32")
        graph.operator("TANH", [source], [result])
        source = result
    files = MemoryFiles({"Runefile.yml": RUNEFILE, "m.tflite": graph.finish(source)})
    product = build(files, BuildOptions("app", target=find_target(target)))
    return product.files["app.c"].decode("ascii"), step_names(product.program)


@pytest.mark.parametrize("target", ["c", "cortex-m4"])
def test_each_step_names_its_operator_and_the_layer_of_the_source_model(target: str) -> None:
    text, names = built("model/dense_1/Tanh;model/dense_1/BiasAdd", "/head/Tanh_output_0", "plain", target=target)
    assert names[1:4] == ("brain TANH 0, layer dense_1", "brain TANH 1, layer head", "brain TANH 2, layer plain")
    for number, name in enumerate(names[1:4], start=1):
        assert re.search(rf"/\* {re.escape(name)} \*/\nstatic void step_{number}\(", text)


@pytest.mark.parametrize("name", ["*/ int evil; /*", "a\nb", "a\\\nb", "??/", "é" * 400, "", '"', "x/*/y", "\x00"])
def test_a_name_of_any_characters_stays_in_its_comment(name: str) -> None:
    text, names = built(name)
    (comment,) = re.findall(r"^/\* brain TANH 0.*$", text, re.MULTILINE)
    assert re.fullmatch(r"/\* [A-Za-z0-9 ,_.:-]* \*/", comment)
    assert len(comment) < 160
    assert names[1].isascii()
    assert names[1].isprintable()
