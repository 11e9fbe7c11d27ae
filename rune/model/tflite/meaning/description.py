"""The meaning of a model's inputs and outputs according to its file: its metadata, and its first operators."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from rune.model.tflite.errors import ModelError
from rune.model.tflite.meaning.pixels import pixel_advice
from rune.model.tflite.model import Model, TensorKind


@dataclass(frozen=True)
class DescribedTensor:
    """The meaning of an input's or output's numbers according to a model's file.

    `values` are the least and the greatest number that a pixel becomes before the model, for the reason `because`, by
    the `mean` and `deviation` of its channels where the file has these. `colour` is RGB or GRAYSCALE, `rate` the
    samples a second of a sound, `labels` the names of the classes.
    """

    values: tuple[float, float] | None = None
    because: str = ""
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    colour: str | None = None
    rate: int | None = None
    labels: tuple[str, ...] = ()


NOTHING = DescribedTensor()


class DescribedTensorJson(TypedDict):
    """The meaning of a tensor's numbers according to a model's file; null and empty where it is not stated."""

    values: list[float] | None
    because: str
    mean: list[float]
    deviation: list[float]
    colour: str | None
    rate: int | None
    labels: list[str]


def described_input(model: Model, position: int) -> DescribedTensor:
    """Returns the description of an input."""
    notes = model.notes.of(position, is_input=True)
    description = DescribedTensor(colour=notes.colour, rate=notes.rate)
    if model.tensors[model.inputs[position]].kind is not TensorKind.FLOAT32:
        return description
    advice = pixel_advice(model, position)
    if advice is None or advice.ends is None:
        return description
    normalization = advice.normalization
    mean, deviation = ((), ()) if normalization is None else (normalization.mean, normalization.std)
    return replace(description, values=advice.ends, because=advice.reason, mean=mean, deviation=deviation)


def described_to_json(description: DescribedTensor) -> DescribedTensorJson:
    """Returns the description as JSON; `described_from_json` takes it back."""
    return {
        "values": None if description.values is None else list(description.values),
        "because": description.because,
        "mean": list(description.mean),
        "deviation": list(description.deviation),
        "colour": description.colour,
        "rate": description.rate,
        "labels": list(description.labels),
    }


def described_from_json(value: object) -> DescribedTensor:
    """Reads a description from JSON; nothing where an older version said nothing. Raises `ModelError` for what no
    version wrote."""
    if value is None:
        return NOTHING
    if not isinstance(value, Mapping):
        raise ModelError("What a signature says of a tensor must be a JSON object")
    values = None if value.get("values") is None else _numbers(value, "values")
    colour, rate, because = value.get("colour"), value.get("rate"), value.get("because", "")
    labels = value.get("labels", [])
    if values is not None and len(values) != 2:
        raise ModelError("The values of a tensor of a signature must be two numbers")
    if not (colour is None or isinstance(colour, str)) or not isinstance(because, str):
        raise ModelError("The colour of a tensor of a signature, and a reason, must be texts")
    if not (rate is None or (isinstance(rate, int) and not isinstance(rate, bool))):
        raise ModelError("The rate of a tensor of a signature must be a whole number")
    if not isinstance(labels, list) or not all(isinstance(each, str) for each in labels):
        raise ModelError("The labels of a tensor of a signature must be texts")
    ends = None if values is None else (values[0], values[1])
    return DescribedTensor(
        ends, because, _numbers(value, "mean"), _numbers(value, "deviation"), colour, rate, tuple(labels)
    )


def _numbers(value: Mapping[str, Any], name: str) -> tuple[float, ...]:
    numbers = value.get(name, [])
    if not isinstance(numbers, Sequence) or isinstance(numbers, str):
        raise ModelError(f'"{name}" of a tensor of a signature must be a list')
    if not all(
        isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in numbers
    ):
        raise ModelError(f'"{name}" of a tensor of a signature must have finite numbers')
    return tuple(map(float, numbers))
