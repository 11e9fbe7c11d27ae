"""The inputs of a model: presets that fit their shapes, and the Runefile of those that were chosen."""

from rune.source.runefile.model_inputs.preset import InputKind, InputPreset
from rune.source.runefile.model_inputs.runefile import (
    InputChoiceError,
    InputQuestion,
    class_count,
    described_labels,
    input_questions,
    read_labels,
    runefile_of,
)

__all__ = [
    "InputChoiceError",
    "InputKind",
    "InputPreset",
    "InputQuestion",
    "class_count",
    "described_labels",
    "input_questions",
    "read_labels",
    "runefile_of",
]
