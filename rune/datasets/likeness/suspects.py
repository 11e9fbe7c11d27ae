"""Labels that may be wrong: confident learning (Northcutt et al., 2021) by `cleanlab`, on the answers of models that
never saw the person.

The recordings are divided by group. For each part, a model learns from the others what their labels look like, and
says of each recording of the part which label it expects. So no recording is judged by a model that learned it, or
another recording of the same person.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MIN_GROUPS: Final = 3
MIN_OF_LABEL: Final = 5
"""Samples that a label needs, so that something can be learned about it."""
_FOLDS = 5
_COMPONENTS = 48
_ROUNDS = 200


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

    Raises `NothingToCompare`.
    """
    comparable = _comparable(labels)
    names = sorted({labels[index] for index in comparable})
    codes = np.array([names.index(labels[index]) for index in comparable])
    parts = _parts([groups[index] or f"\0{index}" for index in comparable])
    chances = _cross_validated(features[comparable], codes, parts, len(names))
    doubtful = _doubtful(codes, chances)
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


def _cross_validated(
    features: NDArray[np.float32], codes: NDArray[np.int64], parts: NDArray[np.int64], labels: int
) -> NDArray[np.float64]:
    """The chance of each label for each sample, by models that saw nothing of the sample's part."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    chances = np.full((len(codes), labels), 1e-6)
    for part in np.unique(parts):
        others = parts != part
        if len(np.unique(codes[others])) < 2:
            raise NothingToCompare("Labels are compared once each of two labels comes from several people or devices.")
        components = min(_COMPONENTS, features.shape[1], int(others.sum()) - 1)
        model = make_pipeline(
            StandardScaler(), PCA(components, random_state=0), LogisticRegression(C=0.3, max_iter=_ROUNDS)
        )
        with warnings.catch_warnings():
            # A model that has not quite converged is good enough to compare labels.
            warnings.simplefilter("ignore")
            model.fit(features[others], codes[others])
            chances[np.ix_(~others, model.classes_)] += model.predict_proba(features[~others])
    sums: NDArray[np.float64] = chances.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = np.divide(chances, sums)
    return shares


def _doubtful(codes: NDArray[np.int64], chances: NDArray[np.float64]) -> NDArray[np.int64]:
    from cleanlab.filter import find_label_issues

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(
            find_label_issues(
                codes,
                chances,
                filter_by="prune_by_noise_rate",
                return_indices_ranked_by="self_confidence",
                n_jobs=1,
            )
        )
