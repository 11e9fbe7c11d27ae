"""Reduces what was measured of forms on single samples to what a person may know of each: an answer that is a label of
the samples. Pure functions.

A person who may convert on samples, and not play them, brings the model and the stages in front of it. Whatever these
make of a sample is that sample, until so little of it is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

OTHER_ANSWER = -1
"""Stands for an answer that is no label of the samples."""
_DECIBELS = 1
"""Decimals of a level, which is one of all samples together."""
_COUNTS = ("changed", "samples", "right", "judged")


def bounded_classes(
    classes: Sequence[str], declared_labels: Sequence[str], sample_labels: Collection[str]
) -> list[str]:
    """The names of a model's classes: those that the project declares, or labels of the samples; else none."""
    of_samples = set(classes) <= set(sample_labels) and len(set(classes)) == len(classes)
    return list(classes) if of_samples or list(classes) == list(declared_labels) else []


def bounded_answers(
    rows: Sequence[Sequence[float]], numbers: Sequence[int], classes: Sequence[str], sample_labels: Collection[str]
) -> list[list[int]]:
    """The number of each sample with the place of its answer among the classes, the first one for each sample. `rows`
    name samples by their places among `numbers`."""
    answers: dict[int, int] = {}
    for place, answer, *_ in (row for row in rows if len(row) > 1):
        if 0 <= place < len(numbers):
            answers.setdefault(numbers[int(place)], bounded_answer(int(answer), classes, sample_labels))
    return [[number, answer] for number, answer in answers.items()]


def bounded_answer(answer: int, classes: Sequence[str], sample_labels: Collection[str]) -> int:
    """The first class with the name of an answer, if that is a label. Classes without names are as many as labels."""
    if not classes:
        return answer if 0 <= answer < len(sample_labels) else OTHER_ANSWER
    name = classes[answer] if 0 <= answer < len(classes) else None
    return classes.index(name) if name is not None and name in sample_labels else OTHER_ANSWER


def bounded_figures(measurement: Mapping[str, Any], layers: Collection[str], labels: Collection[str]) -> dict[str, Any]:
    """The figures of all samples together: counts, counts by label, and levels of the model's layers in decibels."""
    return {
        **{name: measurement[name] for name in _COUNTS},
        "layers": {name: round(level, _DECIBELS) for name, level in measurement["layers"].items() if name in layers},
        "output": round(measurement["output"], _DECIBELS),
        "by_label": {label: counts for label, counts in measurement["by_label"].items() if label in labels},
    }
