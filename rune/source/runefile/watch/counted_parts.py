"""The parts of a pipeline that are counted: a classifier, and features."""

from __future__ import annotations

from dataclasses import dataclass

from rune.port import Port
from rune.source.runefile.syntax import FeatureSyntax
from rune.source.runefile.watch.classifier import Classifier
from rune.tensor import TensorType
from rune.watch.layout import FeatureBins


@dataclass(frozen=True)
class Feature:
    """A feature of a Runefile with the type of its tensor."""

    stage: str
    syntax: FeatureSyntax
    type: TensorType

    @property
    def port(self) -> Port:
        return Port(self.stage, self.syntax.index)

    def bins(self, edges: tuple[float, ...]) -> FeatureBins:
        """Returns the bins between edges."""
        return FeatureBins(self.stage, self.syntax.index, self.syntax.statistic, edges)


@dataclass(frozen=True)
class CountedParts:
    """The classifier and the features of a Runefile that its rune counts."""

    classifier: Classifier | None
    features: tuple[Feature, ...]
