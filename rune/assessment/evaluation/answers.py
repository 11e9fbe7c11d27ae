"""The answer of a run: the label that the rune sent, or the one with the highest score.

A rune's own graph names its labels and marks the tensors of probabilities. It is untrusted JSON of any form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.running.container import ContainerError, read_graph, read_resources, requested_stages
from rune.running.runtime import OutputMessage, OutputTensor, RequestedOutput
from rune.running.runtime.errors import BadOutput
from rune.tensor import ElementType
from rune.wordlist import words_of

MAX_CLASSES: Final = 4096
"""Above this many, a row of numbers is no list of scores."""
_TRUE = 1.0


@dataclass(frozen=True)
class ScoredLabel:
    """A label, and the score of each label from 0 to 1; empty where the rune sends no probabilities."""

    label: str
    scores: Mapping[str, float]

    @property
    def votes(self) -> Mapping[str, float]:
        """The scores, or all for the one label where there are none."""
        return self.scores or {self.label: _TRUE}


class AnswerReader:
    """Reads answers from the outputs of one rune."""

    def __init__(self, data: bytes, outputs: Sequence[RequestedOutput], resources: Mapping[str, bytes]) -> None:
        graph = _graph(data)
        self.labels = _labels(graph, {**_resources_in(data), **resources})
        """The rune's own labels, by their index; empty where it has no list of words."""
        self._meanings = _meanings(graph, outputs)

    def read(self, messages: Sequence[OutputMessage]) -> ScoredLabel:
        """The answer of one run. Raises `EvaluationImpossible` where none of its outputs is one, and `BadOutput` where
        no score is a number."""
        tensors = [(message.channel, tensor) for message in messages for tensor in message.tensors]
        word = next((_word(tensor) for _, tensor in tensors if _word(tensor) is not None), None)
        for channel, tensor in tensors:
            values = self._values(tensor)
            if values is None:
                continue
            if word is None and all(math.isnan(value) for value in values):
                raise BadOutput("none of its scores is a number")
            values = [-math.inf if math.isnan(value) else value for value in values]
            labels = self.labels or tuple(map(str, range(len(values))))
            best = labels[max(range(len(values)), key=values.__getitem__)]
            shares = self._shares(channel, values)
            scores = {} if shares is None else _by_label(labels, shares)
            return ScoredLabel(best if word is None else word, scores)
        if word is None:
            raise EvaluationImpossible(
                "the rune sends neither a label nor a score for each label, so there is nothing to compare with labels"
            )
        return ScoredLabel(word, {})

    def _values(self, tensor: OutputTensor) -> list[float] | None:
        """The numbers of a tensor that has one for each label."""
        count = len(tensor.elements)
        is_size = count == len(self.labels) if self.labels else 1 < count <= MAX_CLASSES
        is_row = sum(size > 1 for size in tensor.dimensions) <= 1
        if tensor.element is ElementType.UTF8 or not is_size or not is_row:
            return None
        return [float(value) for value in tensor.elements]

    def _shares(self, channel: int, values: Sequence[float]) -> list[float] | None:
        """The probabilities that the numbers stand for, where the graph says that they are such."""
        meaning = next((each for each in self._meanings.get(channel, ()) if each.count == len(values)), None)
        if meaning is None or not all(map(math.isfinite, values)):
            return None
        return [min(1.0, max(0.0, (value - meaning.zero_point) * meaning.scale)) for value in values]


@dataclass(frozen=True)
class _Meaning:
    """The meaning of a tensor of probabilities: how many there are, and what a number stands for."""

    count: int
    scale: float
    zero_point: float


def _word(tensor: OutputTensor) -> str | None:
    is_word = tensor.element is ElementType.UTF8 and len(tensor.elements) == 1
    return str(tensor.elements[0]) if is_word else None


def _by_label(labels: Sequence[str], shares: Sequence[float]) -> Mapping[str, float]:
    """Scores by label; of two classes with one label the sum, as either means it."""
    scores: dict[str, float] = {}
    for label, share in zip(labels, shares, strict=True):
        scores[label] = min(1.0, scores.get(label, 0.0) + share)
    return scores


def _graph(data: bytes) -> Mapping[str, Any]:
    try:
        return _mapping(read_graph(data))
    except ContainerError:
        return {}


def _resources_in(data: bytes) -> Mapping[str, bytes]:
    try:
        return {name: bytes(value) for name, value in read_resources(data)}
    except ContainerError:
        return {}


def _labels(graph: Mapping[str, Any], resources: Mapping[str, bytes]) -> tuple[str, ...]:
    """The words of the first block that turns indices into words."""
    for block in _mapping(graph.get("proc-blocks")).values():
        arguments = _mapping(_mapping(block).get("args"))
        for name in ("wordlist", "labels"):
            text = arguments.get(name)
            if isinstance(text, str):
                return _words(text, resources)
    return ()


def _words(text: str, resources: Mapping[str, bytes]) -> tuple[str, ...]:
    if text.startswith("$"):
        resource = resources.get(text.removeprefix("$"))
        if resource is None:
            return ()
        text = resource.decode("utf-8", errors="replace")
    return tuple(word.strip() for word in words_of(text))


def _meanings(graph: Mapping[str, Any], outputs: Sequence[RequestedOutput]) -> Mapping[int, tuple[_Meaning, ...]]:
    """Returns the meaning of each output's tensors, by the output's id, for those that are probabilities."""
    stages = requested_stages(graph, "outputs", [request.kind.name.lower() for request in outputs])
    return {
        request.id: tuple(_meanings_of(graph, stage))
        for request, stage in zip(outputs, stages, strict=True)
        if stage is not None
    }


def _meanings_of(graph: Mapping[str, Any], stage: str) -> Iterator[_Meaning]:
    tensors = _mapping(graph.get("tensors"))
    inputs = _mapping(_mapping(graph.get("outputs")).get(stage)).get("inputs")
    for name in inputs if isinstance(inputs, list) else ():
        tensor = _mapping(tensors.get(name)) if isinstance(name, str) else {}
        sizes = tensor.get("dimensions")
        if tensor.get("probability") is not True or not isinstance(sizes, list):
            continue
        if not all(type(size) is int and size > 0 for size in sizes):
            continue
        quantisation = _mapping(tensor.get("quantization"))
        is_float = str(tensor.get("element_type")).upper().startswith("F")
        scale, zero_point = (
            (1.0, 0.0) if is_float else (_number(quantisation, "scale"), _number(quantisation, "zero_point"))
        )
        if scale is not None and zero_point is not None:
            yield _Meaning(math.prod(sizes), scale, zero_point)


def _number(values: Mapping[str, Any], name: str) -> float | None:
    value = values.get(name)
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
