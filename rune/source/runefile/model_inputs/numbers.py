"""Numbers: an input as it is, which a program gives."""

from __future__ import annotations

from rune.model.tflite import ModelTensor
from rune.source.runefile.model_inputs.preset import InputKind, InputPreset, StageWriter


def number_preset(tensor: ModelTensor, suffix: str) -> InputPreset:
    """The preset that fits every input."""
    type_ = tensor.type
    writer = StageWriter(suffix)
    writer.capability("input", "RAW", [f"length: {type_.size}"], type_)
    about = f"{type_.count:,} numbers of {type_.element}, which a file or a program gives"
    return InputPreset("numbers", InputKind.NUMBERS, "Numbers as they are", about, writer.stages, writer.last)
