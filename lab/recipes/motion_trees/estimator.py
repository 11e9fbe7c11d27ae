"""Boosted trees, or a random forest, grown a round after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

from lab.estimators.trees import boosting_file, forest_file


class Trees:
    """The first trees of an estimator that may grow further."""

    def __init__(self, estimator: Any, count: int) -> None:
        self._estimator, self._count = estimator, count

    def scores(self, inputs: Any) -> Any:
        """Shares of the labels, f64 [n, labels] for f32 [n, features], of all trees of now."""
        return self._estimator.predict_proba(inputs)

    def resources(self) -> Mapping[str, str]:
        """The file of the block `decision_trees`."""
        if isinstance(self._estimator, GradientBoostingClassifier):
            return {"TREES": boosting_file(self._estimator, self._count)}
        return {"TREES": forest_file(self._estimator, self._count)}


def rounds(
    inputs: Any, labels: Any, seed: int, *, boosting: int, epochs: int, depth: int, least: int, learning_rate: float
) -> Iterator[Trees]:
    """Learns from windows, f32 [n, features], with labels from 0. Labels count alike, whatever windows they have."""
    counts = np.bincount(labels)
    weights = (len(labels) / len(counts) / np.maximum(counts, 1))[labels]
    options: dict[str, Any] = {"max_depth": depth, "min_samples_leaf": least, "random_state": seed, "warm_start": True}
    estimator: Any = (
        GradientBoostingClassifier(learning_rate=learning_rate, **options)
        if boosting
        else RandomForestClassifier(**options)
    )
    for count in range(1, epochs + 1):
        estimator.set_params(n_estimators=count)
        estimator.fit(inputs, labels, sample_weight=weights)
        yield Trees(estimator, count)
