"""The smallest project around a model or decision trees: raw bytes in, the model, its outputs as they are."""

from __future__ import annotations

from typing import Final

from rune.blocks.decision_trees.file import read_tree_file
from rune.model.tflite import Model, read_model, signature
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE

_AROUND_TREES: Final = """\
version: 1
image: runicos/base
pipeline:
  features:
    capability: RAW
    outputs: [{{type: f32, dimensions: [{features}]}}]
  model:
    proc-block: decision_trees
    inputs: [features]
    outputs: [{{type: f32, dimensions: [{outputs}]}}]
    args: {{trees: $TREES}}
  output_0:
    out: tensor
    inputs: [model]
resources:
  TREES: {{path: ./model.trees.json}}
"""


def project_around(data: bytes) -> MemoryFiles:
    """The files of the project. Raises `ModelError`."""
    return MemoryFiles({DEFAULT_RUNEFILE: runefile_around(read_model(data)).encode(), "model.tflite": data})


def project_around_trees(data: bytes) -> MemoryFiles:
    """The files of the project of a file of decision trees. Raises `BlockError`."""
    file = read_tree_file(data.decode("utf-8", "replace"))
    runefile = _AROUND_TREES.format(features=file.features, outputs=file.outputs)
    return MemoryFiles({DEFAULT_RUNEFILE: runefile.encode(), "model.trees.json": data})


def runefile_around(model: Model) -> str:
    """Returns a Runefile for a model, which it has as `./model.tflite`."""
    model_signature = signature(model)
    lines = ["version: 1", "image: runicos/base", "pipeline:"]
    for number, one in enumerate(model_signature.inputs):
        kind = f"{{type: {one.type.element}, dimensions: {list(one.type.dimensions)}}}"
        lines += [f"  input_{number}:", "    capability: RAW", f"    outputs: [{kind}]"]
    outputs = [
        f"{{type: {one.type.element}, dimensions: {list(one.type.dimensions)}}}" for one in model_signature.outputs
    ]
    inputs = ", ".join(f"input_{number}" for number in range(len(model_signature.inputs)))
    lines += [
        "  model:",
        "    model: ./model.tflite",
        f"    inputs: [{inputs}]",
        f"    outputs: [{', '.join(outputs)}]",
    ]
    for number in range(len(model_signature.outputs)):
        port = "model" if number == 0 else f"model.{number}"
        lines += [f"  output_{number}:", "    out: tensor", f"    inputs: [{port}]"]
    return "\n".join(lines) + "\n"
