"""Recordings for a recipe that learns what is normal: which are, and that all others are anomalies. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lab.dataset.recordings import Recording
from lab.dataset.requirements import refuse
from rune.datasets.learnable import ANOMALY, NORMAL, normal_problem


@dataclass(frozen=True)
class NormalAndOthers:
    """Recordings with the label of normal ones, or `ANOMALY`. `classes` says for each label of the data which it is."""

    recordings: Sequence[Recording]
    classes: Mapping[str, str]

    @property
    def labels(self) -> Sequence[str]:
        """That of normal recordings, and `ANOMALY`, which the data need not have."""
        normal = next((own for own in self.classes.values() if own != ANOMALY), NORMAL)
        return normal, ANOMALY


def normal_and_others(recordings: Sequence[Recording], recipe: str) -> NormalAndOthers:
    """With one label only, all are normal; of several, those of the label `normal`. Raises `Refused`."""
    labels = sorted({each.label for each in recordings})
    refuse(normal_problem(labels, recipe))
    normal = labels[0] if len(labels) == 1 else NORMAL
    classes = {label: label if label == normal else ANOMALY for label in labels}
    return NormalAndOthers([replace(each, label=classes[each.label]) for each in recordings], classes)
