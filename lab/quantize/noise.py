"""How far a form is from the float model: signal to noise of each layer, and answers that changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from lab.quantize.layers import Layer
from lab.quantize.levels import IDENTICAL
from lab.quantize.samples import Array, CalibrationSample
from lab.refusal import Reason, Refused


class RunningModel:
    """A model in the interpreter, without delegates, whose tensors can be read after a run."""

    def __init__(self, data: bytes, form: str = "float32") -> None:
        """Loads a file. Raises `Refused`, which names the form, for one that no interpreter runs."""
        try:
            self._interpreter = Interpreter(
                model_content=data,
                num_threads=1,
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
                experimental_preserve_all_tensors=True,
            )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            reason = str(error).partition("\n")[0][:300]
            message = f"{form}: no interpreter can run what the quantiser made of the model: {reason}"
            raise Refused(Reason.NOT_CONVERTED, message) from error
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
        """A tensor of the last run as floats, or None if the model has none of that name."""
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
class FormNoise:
    """A form beside the float model. `layers` has the decibels of each layer that both have; `output` those of all
    outputs together. `changed` counts samples with another answer, `right` those whose answer is their label."""

    layers: Mapping[str, float]
    output: float
    changed: int
    samples: int
    right: int | None = None


class _Form:
    """One form while it is compared."""

    def __init__(self, name: str, data: bytes, layers: Sequence[Layer]) -> None:
        self.model = RunningModel(data, name)
        self.layers = {layer.name: _Sums() for layer in layers}
        self.whole = _Sums()
        self.changed = self.right = 0


def compare(
    source: bytes,
    forms: Mapping[str, bytes],
    samples: Sequence[CalibrationSample],
    layers: Sequence[Layer],
    report: Callable[[int], None] = lambda _: None,
) -> tuple[dict[str, FormNoise], tuple[str, ...]]:
    """Compares forms with the float model; the comparison of each, and the names of the classes.

    All models run a sample before the next one: the tensors of one sample are many megabytes. `report` takes the number
    of samples that are done.
    """
    original = RunningModel(source)
    running = {name: _Form(name, data, layers) for name, data in forms.items()}
    classes: tuple[str, ...] = ()
    for place, sample in enumerate(samples):
        report(place)
        outputs = original.run(sample.values)
        if not place:
            classes = class_names(samples, outputs[0].size)
        before = answer_of(outputs)
        answers = {name: _add(form, sample, outputs) for name, form in running.items()}
        for layer in layers:
            _add_layer(layer, original.tensor(layer.tensor), running.values())
        for name, answer in answers.items():
            running[name].changed += answer != before
            running[name].right += bool(classes) and classes[answer] == sample.label
    return {
        name: FormNoise(
            {layer: round(one.decibels, 1) for layer, one in form.layers.items()},
            round(form.whole.decibels, 1),
            form.changed,
            len(samples),
            form.right if classes else None,
        )
        for name, form in running.items()
    }, classes


def _add(form: _Form, sample: CalibrationSample, outputs: Sequence[Array]) -> int:
    """Runs a form on a sample and adds its outputs; its answer."""
    own = form.model.run(sample.values)
    for one, other in zip(outputs, own, strict=True):
        form.whole.add(one, other)
    return answer_of(own)


def _add_layer(layer: Layer, source: Array | None, forms: Iterable[_Form]) -> None:
    """Adds what a layer gave in each form; a form that has no such tensor loses the layer."""
    for form in forms:
        other = form.model.tensor(layer.tensor)
        if layer.name in form.layers and source is not None and other is not None and source.shape == other.shape:
            form.layers[layer.name].add(source, other)
        else:
            form.layers.pop(layer.name, None)


def answer_of(outputs: Sequence[Array]) -> int:
    """The class that a model answers: the place of its largest number; for a single number, the side of the half."""
    first = outputs[0].ravel()
    return int(first[0] > 0.5) if first.size == 1 else int(first.argmax())


def class_names(samples: Sequence[CalibrationSample], outputs: int) -> tuple[str, ...]:
    """The labels in the order of a model's outputs, as Keras numbers folders: by their names. Empty where their number
    is another than that of the outputs."""
    labels = sorted({sample.label for sample in samples if sample.label is not None})
    has_all = all(sample.label is not None for sample in samples)
    return tuple(labels) if has_all and len(labels) == max(outputs, 2) else ()
