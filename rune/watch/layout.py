"""The bins into which a build has its rune count: of labels, of confidence, and of features of what passes a wire.

The rune contains them as JSON, so a server that has the rune knows what its counts mean.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

MOST_LABELS: Final = 12
"""Bins of labels. Of more labels, the last bin has all that no other one has."""
MOST_BINS: Final = 16
"""Bins of confidence, and of each feature."""
MOST_FEATURES: Final = 2
TIME_EDGES: Final = (0.001, 0.004, 0.016, 0.064, 0.256, 1.0, 4.0)
"""Seconds between the eight bins of the time of a run. They are the same for all runes, so that boards compare."""
OTHER: Final = "other labels"


class BadLayout(ValueError):
    """The description of bins is not valid."""


class Statistic(StrEnum):
    """The number that stands for a tensor."""

    LEVEL = "level"
    """The mean of the squares of its elements: the power of a sound."""
    MEAN = "mean"
    """The mean of its elements: the brightness of a picture."""


@dataclass(frozen=True)
class LabelBins:
    """The bins of labels: `names` of the bins, and `bins`, the bin of each of the rune's labels by its index."""

    names: tuple[str, ...]
    bins: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.names) <= MOST_LABELS:
            raise BadLayout(f"1 to {MOST_LABELS} bins of labels are counted.")
        if set(self.bins) != set(range(len(self.names))):
            raise BadLayout("Each bin has a label, and each label a bin.")


@dataclass(frozen=True)
class ConfidenceBins:
    """The bins of the score of the answer. An edge is a number of the tensor of scores, whose `scale` and `zero_point`
    say what part of 1 it stands for. A score that is an edge is in the bin above it."""

    edges: tuple[float, ...]
    scale: float = 1.0
    zero_point: float = 0.0

    def __post_init__(self) -> None:
        _require_edges(self.edges)
        if not (math.isfinite(self.scale) and self.scale > 0 and math.isfinite(self.zero_point)):
            raise BadLayout("A score has a scale above 0 and a zero point.")

    @property
    def shares(self) -> tuple[float, ...]:
        """The edges as parts of 1."""
        return tuple((edge - self.zero_point) * self.scale for edge in self.edges)


@dataclass(frozen=True)
class FeatureBins:
    """The bins of a statistic of what passes a wire: output number `output` of the stage `stage`."""

    stage: str
    output: int
    statistic: Statistic
    edges: tuple[float, ...]

    def __post_init__(self) -> None:
        _require_edges(self.edges)
        if not self.stage or self.output < 0:
            raise BadLayout("A feature is of an output of a stage.")

    @property
    def name(self) -> str:
        """Such as `audio level`, or `audio.1 level` of another output than the first."""
        return f"{self.stage}{f'.{self.output}' if self.output else ''} {self.statistic}"


@dataclass(frozen=True)
class WatchLayout:
    """The bins that a rune counts in. A rune without a classifier counts features alone."""

    labels: LabelBins | None
    confidence: ConfidenceBins | None
    features: tuple[FeatureBins, ...] = ()

    def __post_init__(self) -> None:
        if len(self.features) > MOST_FEATURES:
            raise BadLayout(f"At most {MOST_FEATURES} features are counted.")
        if self.confidence is not None and self.labels is None:
            raise BadLayout("A confidence is that of a label.")

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of bins of each group that the rune itself counts, in the order of its memory: labels,
        confidence, and each feature."""
        labels = len(self.labels.names) if self.labels else 0
        confidence = len(self.confidence.edges) + 1 if self.confidence else 0
        return labels, confidence, *(len(feature.edges) + 1 for feature in self.features)

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON; without what it does not have."""
        values: dict[str, Any] = {}
        if self.labels is not None:
            values["labels"] = {"names": list(self.labels.names), "bins": list(self.labels.bins)}
        if self.confidence is not None:
            score = self.confidence
            values["confidence"] = {"edges": list(score.edges), "scale": score.scale, "zero_point": score.zero_point}
        if self.features:
            values["features"] = [
                {"stage": each.stage, "output": each.output, "statistic": each.statistic.value, "edges": [*each.edges]}
                for each in self.features
            ]
        return values

    @staticmethod
    def from_json(value: object) -> WatchLayout:
        """Reads JSON that anybody may have written. Raises `BadLayout`."""
        try:
            fields = _mapping(value)
            labels, score = fields.get("labels"), fields.get("confidence")
            return WatchLayout(
                None if labels is None else LabelBins(_texts(labels["names"]), _integers(labels["bins"])),
                None
                if score is None
                else ConfidenceBins(_numbers(score["edges"]), _number(score["scale"]), _number(score["zero_point"])),
                tuple(map(_feature, _sequence(fields.get("features", [])))),
            )
        except BadLayout:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadLayout(f"This describes no bins: {str(error)[:200]}") from error


def _require_edges(edges: Sequence[float]) -> None:
    if len(edges) >= MOST_BINS:
        raise BadLayout(f"At most {MOST_BINS} bins are counted.")
    if not all(map(math.isfinite, edges)) or not all(low < high for low, high in pairwise(edges)):
        raise BadLayout("Edges are numbers that rise.")


def _feature(value: object) -> FeatureBins:
    fields = _mapping(value)
    (stage,) = _texts([fields["stage"]])
    (output,) = _integers([fields["output"]])
    return FeatureBins(stage, output, Statistic(fields["statistic"]), _numbers(fields["edges"]))


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadLayout("Bins are described by an object.")
    return value


def _sequence(value: object) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise BadLayout("Several of them are a list.")
    return value


def _texts(value: object) -> tuple[str, ...]:
    texts = _sequence(value)
    if not all(isinstance(each, str) and len(each) <= 200 for each in texts):
        raise BadLayout("A name is a text of at most 200 characters.")
    return tuple(texts)


def _integers(value: object) -> tuple[int, ...]:
    numbers = _sequence(value)
    if not all(type(each) is int for each in numbers):
        raise BadLayout("A bin is a number.")
    return tuple(numbers)


def _numbers(value: object) -> tuple[float, ...]:
    return tuple(_number(each) for each in _sequence(value))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadLayout("An edge is a number.")
    return float(value)
