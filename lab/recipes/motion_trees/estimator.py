"""Boosted trees, or a random forest, grown a round after the other, of labels or of a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from lab.estimators.trees import boosting_file, forest_file


class Trees:
    """The first trees of an estimator that may grow further."""

    def __init__(self, estimator: Any, count: int) -> None:
        self._estimator, self._count = estimator, count

    def scores(self, inputs: Any) -> Any:
        """Shares of the labels, f64 [n, labels], or numbers, f64 [n], for f32 [n, features], of all trees of now."""
        if isinstance(self._estimator, GradientBoostingRegressor | RandomForestRegressor):
            return self._estimator.predict(inputs)
        return self._estimator.predict_proba(inputs)

    def resources(self) -> Mapping[str, str]:
        """The file of the block `decision_trees`."""
        if isinstance(self._estimator, GradientBoostingClassifier | GradientBoostingRegressor):
            return {"TREES": boosting_file(self._estimator, self._count)}
        return {"TREES": forest_file(self._estimator, self._count)}


def rounds(
    inputs: Any, labels: Any, seed: int, *, boosting: int, epochs: int, depth: int, least: int, learning_rate: float
) -> Iterator[Trees]:
    """Learns from windows, f32 [n, features], with labels from 0, or with numbers, f32 [n]. Labels count alike,
    whatever windows they have."""
    is_number = np.issubdtype(labels.dtype, np.floating)
    boosting_class, forest_class = (
        (GradientBoostingRegressor, RandomForestRegressor)
        if is_number
        else (GradientBoostingClassifier, RandomForestClassifier)
    )
    weights = None if is_number else _weights(labels)
    options: dict[str, Any] = {"max_depth": depth, "min_samples_leaf": least, "random_state": seed, "warm_start": True}
    estimator: Any = boosting_class(learning_rate=learning_rate, **options) if boosting else forest_class(**options)
    for count in range(1, epochs + 1):
        estimator.set_params(n_estimators=count)
        estimator.fit(inputs, labels, sample_weight=weights)
        yield Trees(estimator, count)


def _weights(labels: Any) -> Any:
    counts = np.bincount(labels)
    return (len(labels) / len(counts) / np.maximum(counts, 1))[labels]
