"""Loops, which no quantiser measures: a model that has one is refused by name, with what to do instead."""

from __future__ import annotations

from lab.refusal import Reason, Refused
from rune.model.tflite import Model

_LOOP = "WHILE"
_LOOP_REASON = (
    "the model has a loop, as recurrent layers of a SavedModel, of a .tflite file or of many steps have, and a loop is "
    "not quantised. Convert the Keras, ONNX or PyTorch file that it was made of, with at most 128 steps in all."
)


def refuse_loops(model: Model, form: str) -> None:
    """Raises `Refused` for a model with a loop; `form` is the form that was asked for."""
    if any(operator.op == _LOOP for operator in model.operators):
        raise Refused(Reason.NOT_CONVERTED, f"{form}: {_LOOP_REASON}")
