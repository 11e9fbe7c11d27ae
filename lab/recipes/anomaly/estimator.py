"""Centres, or a mixture of Gaussians, of normal windows: moved a round after the other."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from lab.estimators.anomalies import number_rows

_STARTS = 5
_LEAST_CHANGE = 1e-4
"""The least change of the mean score, below which nothing more is learned."""
_REGULARISATION = 1e-2
"""The number that is added to each variance, in units of the whole data's: a component of few windows becomes no
needle."""


class Normal:
    """An estimator after a round. `scores` are the larger the less normal windows are."""

    def __init__(self, mean: Any, deviation: Any, estimator: Any) -> None:
        self._mean, self._deviation, self._estimator = mean, deviation, estimator

    def scores(self, inputs: Any) -> Any:
        """f64 [n] for f32 [n, features]."""
        scaled = (inputs - self._mean) / self._deviation
        if isinstance(self._estimator, KMeans):
            return self._estimator.transform(scaled).min(axis=1)
        # The density of what was scaled, as one of what was not.
        return -self._estimator.score_samples(scaled) + np.log(self._deviation).sum()

    def resources(self) -> Mapping[str, str]:
        """The arguments of the blocks, which are resources of the Runefile."""
        if isinstance(self._estimator, KMeans):
            rows = {
                "MEAN": [self._mean],
                "DEVIATION": [self._deviation],
                "CENTRES": self._estimator.cluster_centers_,
            }
        else:
            rows = {
                "MEANS": self._estimator.means_ * self._deviation + self._mean,
                "DEVIATIONS": np.sqrt(self._estimator.covariances_) * self._deviation,
                "WEIGHTS": [self._estimator.weights_],
            }
        return {name: number_rows(rows[name]) for name in rows}


def rounds(inputs: Any, labels: Any, seed: int, *, mixture: int, components: int, epochs: int) -> Iterator[Normal]:
    """Learns from the windows of label 0, f32 [n, features], a round after the other until nothing changes."""
    normal = inputs[labels == 0].astype(np.float64)
    mean, deviation = normal.mean(axis=0), normal.std(axis=0)
    # A feature that never changes tells nothing of how much a change would mean.
    deviation = np.where(deviation > 1e-6 * np.maximum(np.abs(mean), 1e-6), deviation, np.maximum(np.abs(mean), 1.0))
    scaled = (normal - mean) / deviation
    count = min(components, len(np.unique(scaled, axis=0)))
    estimator = KMeans(count, n_init=_STARTS, max_iter=1, random_state=seed)
    if mixture:
        estimator = GaussianMixture(
            count,
            covariance_type="diag",
            reg_covar=_REGULARISATION,
            max_iter=1,
            warm_start=True,
            random_state=seed,
        )
    before = np.inf
    for _ in range(epochs):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # after one round it has not converged
            estimator.fit(scaled)
        model = Normal(mean, deviation, copy(estimator))  # the next round puts other arrays into a mixture
        yield model
        score = float(model.scores(normal).mean())
        if before - score < _LEAST_CHANGE * max(abs(score), 1e-9):
            return
        before = score
        if not mixture:
            estimator = KMeans(count, init=estimator.cluster_centers_, n_init=1, max_iter=1, random_state=seed)
