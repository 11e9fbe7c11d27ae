"""Labels that may be wrong: confident learning (Northcutt et al., 2021) by `cleanlab`, on the answers of models that
never saw the person. A process with the environment `analysis` computes them (`suspects_process`).

The recordings are divided by group. For each part, a model learns from the others what their labels look like, and
says of each recording of the part which label it expects. So no recording is judged by a model that learned it, or
another recording of the same person.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rune.environments.analysis import CLEANLAB, analysis_python
from rune.isolation.small_process import end_process, start_module

MIN_GROUPS: Final = 3
MIN_OF_LABEL: Final = 5
"""Samples that a label needs, so that something can be learned about it."""
_FOLDS = 5
_MODULE = "rune.datasets.likeness.suspects_process"


class NothingToCompare(Exception):
    """There are too few labels, samples or groups. The message is a sentence for a person."""


@dataclass(frozen=True)
class Suspect:
    """A sample whose label may be wrong: its index, the label that is expected, and how sure the models are of the
    label that it has, 0 to 1."""

    index: int
    suggestion: str
    confidence: float


def find_suspects(features: NDArray[np.float32], labels: Sequence[str], groups: Sequence[str]) -> list[Suspect]:
    """The samples whose labels are most likely wrong, the most doubtful first. A sample without a label is left out;
    one with an empty group is a group of its own.

    Raises `NothingToCompare`, and `EnvironmentNeeded` without the libraries.
    """
    comparable = _comparable(labels)
    names = sorted({labels[index] for index in comparable})
    codes = np.array([names.index(labels[index]) for index in comparable])
    parts = _parts([groups[index] or f"\0{index}" for index in comparable])
    _require_labels(codes, parts)
    chances, doubtful = _computed(features[comparable], codes, parts, len(names))
    return [
        Suspect(int(comparable[each]), names[int(chances[each].argmax())], float(chances[each, codes[each]]))
        for each in doubtful
        if chances[each].argmax() != codes[each]
    ]


def _comparable(labels: Sequence[str]) -> NDArray[np.int64]:
    counts = {label: labels.count(label) for label in set(labels) - {""}}
    enough = {label for label, count in counts.items() if count >= MIN_OF_LABEL}
    if len(enough) < 2:
        raise NothingToCompare(f"Labels are compared once two of them have {MIN_OF_LABEL} samples each.")
    return np.array([index for index, label in enumerate(labels) if label in enough])


def _parts(groups: Sequence[str]) -> NDArray[np.int64]:
    """A part for each sample; all of a group are in one, and the parts have about the same size."""
    names, counts = np.unique(np.array(groups), return_counts=True)
    if len(names) < MIN_GROUPS:
        raise NothingToCompare(f"Labels are compared once samples come from {MIN_GROUPS} people or devices.")
    sizes = [0] * min(_FOLDS, len(names))
    part_by_group: dict[str, int] = {}
    for index in np.argsort(-counts, kind="stable"):
        part = sizes.index(min(sizes))
        part_by_group[str(names[index])] = part
        sizes[part] += int(counts[index])
    return np.array([part_by_group[group] for group in groups])


def _require_labels(codes: NDArray[np.int64], parts: NDArray[np.int64]) -> None:
    """Raises `NothingToCompare` where a model would learn one label alone."""
    if any(len(np.unique(codes[parts != part])) < 2 for part in np.unique(parts)):
        raise NothingToCompare("Labels are compared once each of two labels comes from several people or devices.")


def _computed(
    features: NDArray[np.float32], codes: NDArray[np.int64], parts: NDArray[np.int64], labels: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The chance of each label for each sample, and the doubtful samples, the most doubtful first, by a process of its
    own. Raises `OSError` where it ends without an answer."""
    started = start_module(_MODULE, analysis_python(CLEANLAB))
    try:
        _, questions, answers = started
        np.savez(questions, features=features, codes=codes, parts=parts, labels=labels)
        questions.close()
        data = answers.read()
    finally:
        end_process(*started)
    if not data:
        raise OSError("The process that compares labels ended without an answer.")
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return arrays["chances"], arrays["doubtful"]
