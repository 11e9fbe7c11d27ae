"""Recordings for a recipe that learns what is normal: which are, and that all others are anomalies. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lab.dataset.recordings import Recording
from lab.refusal import Reason, Refused
from rune.wording import listed

NORMAL = "normal"
"""The label that is learned, where there are several."""
ANOMALY = "anomaly"
"""The label that stands for all others."""


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
    if labels == [ANOMALY]:
        advice = f"Add recordings of when all is well, in a folder named {NORMAL}."
        raise Refused(
            Reason.DATA, f"All recordings are of the label {ANOMALY}, and {recipe} learns what is normal. {advice}"
        )
    if len(labels) > 1 and NORMAL not in labels:
        advice = f"Name the one of normal recordings {NORMAL}; all others are taken for anomalies."
        raise Refused(Reason.DATA, f"The data has the labels {listed(labels)}. {advice}")
    normal = labels[0] if len(labels) == 1 else NORMAL
    classes = {label: label if label == normal else ANOMALY for label in labels}
    return NormalAndOthers([replace(each, label=classes[each.label]) for each in recordings], classes)
