"""Measures how far a form is from the float model: signal to noise of each layer, and answers that changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from lab.quantize.layers import Layer
from lab.quantize.levels import IDENTICAL
from lab.quantize.quiet import without_warnings
from lab.quantize.samples import Array, CalibrationSample
from lab.refusal import Reason, Refused


class RunningModel:
    """A model in the interpreter, without delegates, whose tensors can be read after a run."""

    def __init__(self, data: bytes, form: str = "float32") -> None:
        """Loads a file. Raises `Refused`, which names the form, for one that no interpreter runs."""
        try:
            with without_warnings():
                self._interpreter = Interpreter(
                    model_content=data,
                    num_threads=1,
                    experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
                    experimental_preserve_all_tensors=True,
                )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            reason = str(error).partition("\n")[0][:300]
            message = f"{form}: no interpreter can run what the quantiser made of the model."
            raise Refused(Reason.NOT_CONVERTED, message, reason) from error
        self._inputs = self._interpreter.get_input_details()
        self._outputs = self._interpreter.get_output_details()
        self._by_name: dict[str, Mapping[str, Any]] = {}
        for detail in self._interpreter.get_tensor_details():
            self._by_name.setdefault(detail["name"], detail)

    def run(self, values: Sequence[Array]) -> list[Array]:
        """The outputs as floats, for inputs as floats."""
        for detail, value in zip(self._inputs, values, strict=True):
            self._interpreter.set_tensor(detail["index"], _to_input_type(value.reshape(detail["shape"]), detail))
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


def _to_input_type(value: Array, detail: Mapping[str, Any]) -> Array:
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
        if other is source:
            return  # the float model beside itself
        self.signal += float(np.square(source).sum())
        self.noise += float(np.square(source - other).sum())

    @property
    def decibels(self) -> float:
        if self.noise == 0:
            return IDENTICAL
        if not math.isfinite(self.noise):
            return -IDENTICAL  # the other form overflows
        return -IDENTICAL if self.signal == 0 else min(IDENTICAL, 10 * math.log10(self.signal / self.noise))


Answer = tuple[int, int, float]
"""The number of a recording, the class that is answered, and how sure that is: the mean of its output."""


@dataclass(frozen=True)
class FormNoise:
    """A form beside the float model. `layers` has the decibels of each layer that both have; `output` those of all
    outputs together. `changed` counts recordings with another answer. `right` counts those whose answer is their label,
    of `judged` that have one of the classes; `by_label` does for each label. The answer for a recording is that of the
    mean of its windows' outputs."""

    layers: Mapping[str, float]
    output: float
    changed: int
    samples: int
    right: int | None = None
    judged: int = 0
    by_label: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    answers: Sequence[Answer] = ()


class _FormAnswers:
    """The answers of a model, a recording after the other."""

    def __init__(self) -> None:
        self.rows: list[Answer] = []
        self._outputs: list[Array] = []

    def add(self, outputs: Sequence[Array]) -> None:
        self._outputs.append(outputs[0].ravel())

    def end(self, recording: int) -> None:
        """Ends a recording."""
        mean = np.mean(self._outputs, axis=0)
        answer = answer_of([mean])
        sureness = float(mean[answer]) if mean.size > 1 else float(mean[0] if answer else 1 - mean[0])
        if not math.isfinite(sureness):
            sureness = 0.0  # the form overflows
        self.rows.append((recording, answer, round(sureness, 4)))
        self._outputs.clear()


class _ComparedForm:
    """One form while it is compared."""

    def __init__(self, model: RunningModel, layers: Sequence[Layer]) -> None:
        self.model = model
        self.layers = {layer.name: _Sums() for layer in layers}
        self.whole = _Sums()
        self.answers = _FormAnswers()

    def figures(self, before: Sequence[Answer], labels: Sequence[str | None], classes: Sequence[str]) -> FormNoise:
        """Returns the figures of the form beside the float model's answers."""
        by_label: dict[str, tuple[int, int]] = {}
        for (_, answer, _), label in zip(self.answers.rows, labels, strict=True):
            if label is not None and label in classes:
                right, count = by_label.get(label, (0, 0))
                by_label[label] = (right + (classes[answer] == label), count + 1)
        judged_count = sum(count for _, count in by_label.values())
        return FormNoise(
            {layer: round(one.decibels, 1) for layer, one in self.layers.items()},
            round(self.whole.decibels, 1),
            sum(one[1] != other[1] for one, other in zip(before, self.answers.rows, strict=True)),
            len(before),
            sum(right for right, _ in by_label.values()) if judged_count else None,
            judged_count,
            dict(sorted(by_label.items())),
            tuple(self.answers.rows),
        )


def compare(
    source: bytes,
    forms: Mapping[str, bytes],
    samples: Sequence[CalibrationSample],
    layers: Sequence[Layer],
    report: Callable[[int], None] = lambda _: None,
    classes: tuple[str, ...] = (),
) -> tuple[dict[str, FormNoise], tuple[str, ...]]:
    """Compares forms with the float model; the comparison of each, and the names of the classes.

    All models run a sample before the next one: the tensors of one sample are many megabytes. `report` takes the number
    of samples that are done. `classes` are the labels in the order of the outputs, where somebody says them; else they
    follow from the labels of the samples.
    """
    original = RunningModel(source)
    running = {
        name: _ComparedForm(original if data == source else RunningModel(data, name), layers)
        for name, data in forms.items()
    }
    before = _FormAnswers()
    labels: list[str | None] = []
    for place, sample in enumerate(samples):
        report(place)
        outputs = original.run(sample.values)
        if not place:
            has_all = len(classes) == max(outputs[0].size, 2)
            classes = classes if has_all else class_names(samples, outputs[0].size)
        before.add(outputs)
        for form in running.values():
            _add(form, outputs if form.model is original else form.model.run(sample.values), outputs)
        for layer in layers:
            _add_layer(layer, original, running.values())
        if _is_last(samples, place):
            recording = sample.recording if sample.recording >= 0 else place
            labels.append(sample.label)
            for answers in (before, *(form.answers for form in running.values())):
                answers.end(recording)
    return {name: form.figures(before.rows, labels, classes) for name, form in running.items()}, classes


def _is_last(samples: Sequence[CalibrationSample], place: int) -> bool:
    """Returns whether a sample is the last window of its recording."""
    own = samples[place].recording
    return own < 0 or place + 1 == len(samples) or samples[place + 1].recording != own


def _add(form: _ComparedForm, own: Sequence[Array], outputs: Sequence[Array]) -> None:
    """Adds a form's outputs beside those of the float model."""
    for one, other in zip(outputs, own, strict=True):
        form.whole.add(one, other)
    form.answers.add(own)


def _add_layer(layer: Layer, original: RunningModel, forms: Iterable[_ComparedForm]) -> None:
    """Adds what a layer gave in each form; a form that has no such tensor loses the layer."""
    source = original.tensor(layer.tensor)
    for form in forms:
        other = source if form.model is original else form.model.tensor(layer.tensor)
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
