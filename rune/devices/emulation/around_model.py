"""The smallest project around a model: raw bytes in, the model, its outputs as they are."""

from __future__ import annotations

from rune.model.tflite import Model, read_model, signature
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE


def project_around(data: bytes) -> MemoryFiles:
    """The files of the project. Raises `ModelError`."""
    return MemoryFiles({DEFAULT_RUNEFILE: runefile_around(read_model(data)).encode(), "model.tflite": data})


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
