"""How far a form is from the float model: signal to noise of each layer, and answers that changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from lab.quantize.layers import Layer
from lab.quantize.levels import IDENTICAL
from lab.quantize.samples import Array, Sample


class RunningModel:
    """A model in the interpreter, without delegates, whose tensors can be read after a run."""

    def __init__(self, data: bytes) -> None:
        self._interpreter = Interpreter(
            model_content=data,
            num_threads=1,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            experimental_preserve_all_tensors=True,
        )
        self._interpreter.allocate_tensors()
        self._inputs = self._interpreter.get_input_details()
        self._outputs = self._interpreter.get_output_details()
        self._by_name: dict[str, Mapping[str, Any]] = {}
        for detail in self._interpreter.get_tensor_details():
            self._by_name.setdefault(detail["name"], detail)

    def run(self, values: Sequence[Array]) -> list[Array]:
        """The outputs as floats, for inputs as floats."""
        for detail, value in zip(self._inputs, values, strict=True):
            self._interpreter.set_tensor(detail["index"], _stored(value.reshape(detail["shape"]), detail))
        self._interpreter.invoke()
        return [self._number(detail) for detail in self._outputs]

    def tensor(self, name: str) -> Array | None:
        """A tensor of the last run as floats; None where the model has none of that name."""
        detail = self._by_name.get(name)
        try:
            return None if detail is None else self._number(detail)
        except ValueError:
            return None  # a tensor without data

    def _number(self, detail: Mapping[str, Any]) -> Array:
        value = self._interpreter.get_tensor(detail["index"])
        scales, zeros = detail["quantization_parameters"]["scales"], detail["quantization_parameters"]["zero_points"]
        if value.dtype.kind == "f" or not len(scales):
            return np.asarray(value, np.float64)
        return np.asarray((value.astype(np.float64) - int(zeros[0])) * float(scales[0]))


def _stored(value: Array, detail: Mapping[str, Any]) -> Array:
    """Numbers as the model's input stores them."""
    kind = np.dtype(detail["dtype"])
    scales, zeros = detail["quantization_parameters"]["scales"], detail["quantization_parameters"]["zero_points"]
    if kind.kind == "f" or not len(scales):
        return value.astype(kind)
    limits = np.iinfo(kind)
    steps = np.round(value.astype(np.float64) / float(scales[0])) + int(zeros[0])
    return np.clip(steps, limits.min, limits.max).astype(kind)


@dataclass
class _Sums:
    signal: float = 0.0
    noise: float = 0.0

    def add(self, source: Array, other: Array) -> None:
        self.signal += float(np.square(source).sum())
        self.noise += float(np.square(source - other).sum())

    @property
    def decibels(self) -> float:
        if self.noise == 0:
            return IDENTICAL
        return -IDENTICAL if self.signal == 0 else min(IDENTICAL, 10 * math.log10(self.signal / self.noise))


@dataclass(frozen=True)
class Comparison:
    """A form beside the float model. `layers` has the decibels of each layer that both have; `output` those of all
    outputs together. `changed` counts samples with another answer, `right` those whose answer is their label."""

    layers: Mapping[str, float]
    output: float
    changed: int
    samples: int
    right: int | None = None
    answers: tuple[int, ...] = field(default=(), repr=False)


def run_float(
    data: bytes, samples: Iterable[Sample], layers: Sequence[Layer]
) -> list[tuple[list[Array], list[Array | None]]]:
    """The outputs of the float model and the tensors of its layers, for each sample."""
    model = RunningModel(data)
    results = []
    for sample in samples:
        outputs = model.run(sample.values)
        results.append((outputs, [model.tensor(layer.tensor) for layer in layers]))
    return results


def compare(
    data: bytes,
    samples: Sequence[Sample],
    layers: Sequence[Layer],
    expected: Sequence[tuple[list[Array], list[Array | None]]],
    classes: Sequence[str] = (),
) -> Comparison:
    """Compares a form with what the float model answered."""
    model = RunningModel(data)
    sums = {layer.name: _Sums() for layer in layers}
    whole = _Sums()
    changed = right = 0
    answers = []
    for sample, (outputs, tensors) in zip(samples, expected, strict=True):
        own = model.run(sample.values)
        for one, other in zip(outputs, own, strict=True):
            whole.add(one, other)
        for layer, source in zip(layers, tensors, strict=True):
            other_tensor = model.tensor(layer.tensor)
            if source is not None and other_tensor is not None and source.shape == other_tensor.shape:
                sums[layer.name].add(source, other_tensor)
            else:
                sums.pop(layer.name, None)
        answer, before = answer_of(own), answer_of(outputs)
        answers.append(answer)
        changed += answer != before
        right += bool(classes) and classes[answer] == sample.label
    levels = {name: round(one.decibels, 1) for name, one in sums.items()}
    judged = right if classes else None
    return Comparison(levels, round(whole.decibels, 1), changed, len(samples), judged, tuple(answers))


def answer_of(outputs: Sequence[Array]) -> int:
    """The class that a model answers: the place of its largest number; for a single number, the side of the half."""
    first = outputs[0].ravel()
    return int(first[0] > 0.5) if first.size == 1 else int(first.argmax())


def class_names(samples: Sequence[Sample], outputs: int) -> tuple[str, ...]:
    """The labels in the order of a model's outputs, as Keras numbers folders: by their names. Empty where their number
    is another than that of the outputs."""
    labels = sorted({sample.label for sample in samples if sample.label is not None})
    has_all = all(sample.label is not None for sample in samples)
    return tuple(labels) if has_all and len(labels) == max(outputs, 2) else ()
