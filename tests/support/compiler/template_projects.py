"""Projects to verify: the templates, a project around any model, and models with a changed weight."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import Model, read_model, signature
from rune.project.files import MemoryFiles
from rune.source.runefile.model_inputs.starter import starter

TEMPLATES = Path(__file__).resolve().parents[3] / "examples"
WITH_WEIGHTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def template(name: str) -> dict[str, bytes]:
    """The files of a template that a build reads."""
    folder = TEMPLATES / name
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.suffix in (".tflite", ".txt") or path.name == "Runefile.yml"
    }


def drawn() -> dict[str, bytes]:
    """The template digits with its drawing, as a project has it: of generated input it says that it is nothing."""
    return template("digits") | {"7.png": (TEMPLATES / "digits" / "7.png").read_bytes()}


def around(model: bytes) -> MemoryFiles:
    """The project that is made for someone's own model."""
    text = starter(signature(read_model(model)), "model.tflite")
    return MemoryFiles({"Runefile.yml": text.encode(), "model.tflite": model})


def rune_of(files: MemoryFiles, name: str = "verified") -> bytes:
    return build(files, BuildOptions(name)).rune


def with_changed_weight(data: bytes, operator: int) -> bytes:
    """The model file with one bit of one weight of an operator turned."""
    model = read_model(data)
    weights = model.tensors[model.operators[operator].inputs[1]].data
    assert weights is not None
    start = np.frombuffer(data, "u1").ctypes.data
    place = np.frombuffer(weights, "u1").ctypes.data - start + len(weights) // 2
    return data[:place] + bytes([data[place] ^ 0x40]) + data[place + 1 :]


def weighted_operators(model: Model) -> list[int]:
    return [number for number, each in enumerate(model.operators) if each.op in WITH_WEIGHTS]
