"""The names of the optional inputs of ONNX's operators, for messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_RECURRENT: Final = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "BatchNormalization": ("X", "scale", "B", "mean", "var"),
    "Clip": ("input", "min", "max"),
    "Conv": ("X", "W", "B"),
    "ConvTranspose": ("X", "W", "B"),
    "Dropout": ("data", "ratio", "training_mode"),
    "GRU": _RECURRENT[:6],
    "LSTM": _RECURRENT,
    "Pad": ("data", "pads", "constant_value", "axes"),
    "RNN": _RECURRENT[:6],
    "Resize": ("X", "roi", "scales", "sizes"),
    "Slice": ("data", "starts", "ends", "axes", "steps"),
}


def input_name(op: str, place: int) -> str:
    """The name of an input of an operator; its number where it has none here."""
    names = _NAMES.get(op, ())
    return names[place] if place < len(names) else f"{place}"
