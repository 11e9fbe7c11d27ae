"""Centres and mixtures of scikit-learn as arguments of the blocks `k_means` and `gaussian_mixture`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np


def k_means_arguments(estimator: Any) -> Mapping[str, str]:
    """`centres` of a fitted `KMeans`."""
    return {"centres": number_rows(estimator.cluster_centers_)}


def mixture_arguments(estimator: Any) -> Mapping[str, str]:
    """`means`, `deviations` and `weights` of a fitted `GaussianMixture(covariance_type="diag")`."""
    return {
        "means": number_rows(estimator.means_),
        "deviations": number_rows(np.sqrt(estimator.covariances_)),
        "weights": number_rows([estimator.weights_]),
    }


def number_rows(rows: Iterable[Iterable[float]]) -> str:
    """Numbers as text, a line for each row: as many digits as an f32 needs, and three more."""
    return "".join(" ".join(f"{float(each):.12g}" for each in row) + "\n" for row in rows)
