"""The process that computes which labels are in doubt: arrays come in, arrays go out. Started by
`rune.datasets.likeness.suspects`."""

from __future__ import annotations

import io
import warnings

import numpy as np
from cleanlab.filter import find_label_issues
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from rune.isolation.small_process import confine_to_toolchain, limit, take_streams

MEMORY = 3 * 1024**3
"""Bytes of data that this process may have."""
_COMPONENTS = 48
_ROUNDS = 200


def cross_validated(
    features: NDArray[np.float32], codes: NDArray[np.int64], parts: NDArray[np.int64], labels: int
) -> NDArray[np.float64]:
    """The chance of each label for each sample, by models that saw nothing of the sample's part."""
    chances = np.full((len(codes), labels), 1e-6)
    for part in np.unique(parts):
        others = parts != part
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


def doubtful_samples(codes: NDArray[np.int64], chances: NDArray[np.float64]) -> NDArray[np.int64]:
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


def main() -> None:
    """Gives up all but the libraries, and answers one question."""
    questions, answers = take_streams()
    limit(MEMORY)
    confine_to_toolchain()
    with np.load(io.BytesIO(questions.read()), allow_pickle=False) as arrays:
        features, codes, parts, labels = (arrays[name] for name in ("features", "codes", "parts", "labels"))
    chances = cross_validated(features, codes, parts, int(labels))
    answer = io.BytesIO()
    np.savez(answer, chances=chances, doubtful=doubtful_samples(codes, chances))
    answers.write(answer.getvalue())
    answers.flush()


if __name__ == "__main__":
    main()
