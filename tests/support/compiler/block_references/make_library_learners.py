"""Writes `library_learners.json`: what scikit-learn predicts for some data, for the blocks that learn.

Run `python -m tests.support.compiler.block_references.make_library_learners` in an environment of its own with
scikit-learn==1.9.1 and numpy==2.4.6.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.compiler.block_references.case import Array
from tests.support.compiler.block_references.logistic import LOGISTIC_PENALTY

PATH = Path(__file__).parent / "library_learners.json"


def judged(block: str, arguments: dict[str, Any], rows: Array, targets: Array, queries: Array) -> Array:
    """The predictions of scikit-learn."""
    from sklearn.linear_model import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        ElasticNet,
        LogisticRegression,
    )
    from sklearn.pipeline import make_pipeline  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from sklearn.svm import SVC, SVR  # type: ignore[import-not-found,import-untyped,unused-ignore]

    match block:
        case "penalized_regression":
            model = make_pipeline(StandardScaler(), ElasticNet(**arguments, tol=1e-12, max_iter=1000000))
        case "logistic_regression":
            cost = 1 / (LOGISTIC_PENALTY * len(rows))
            solver = LogisticRegression(C=cost, tol=1e-12, max_iter=1000000, solver="newton-cg")
            model = make_pipeline(StandardScaler(), solver)
        case "support_vector_classifier":
            model = SVC(kernel="linear", C=arguments["c"], tol=1e-8)
        case _:
            model = SVR(kernel="linear", C=arguments["c"], epsilon=arguments["eps"], tol=1e-8)
    return np.asarray(model.fit(rows, targets).predict(queries))


BLOCKS: dict[str, list[dict[str, Any]]] = {
    "penalized_regression": [{"alpha": 1.0, "l1_ratio": 0.5}, {"alpha": 0.05, "l1_ratio": 0.9}],
    "logistic_regression": [{"classes": 16}],
    "support_vector_classifier": [{"c": 200.0, "tolerance": 1e-3}, {"c": 0.1, "tolerance": 1e-3}],
    "support_vector_regression": [
        {"c": 10.0, "eps": 2.0, "tolerance": 1e-3},
        {"c": 1.0, "eps": 0.1, "tolerance": 1e-3},
    ],
}
"""The blocks with the arguments that each is judged with."""
CLOSE = {"penalized_regression": 1e-7}
"""How near the largest number predictions are; others by their `tolerance`."""


def data(block: str, chance: np.random.Generator) -> tuple[Array, Array, Array]:
    """Rows, targets or labels, and rows to predict."""
    count, features = int(chance.integers(12, 30)), int(chance.integers(2, 5))
    rows, queries = chance.standard_normal((count, features)), chance.standard_normal((6, features))
    heights = rows @ chance.standard_normal(features) * 3 + chance.standard_normal(count) * chance.uniform(0.1, 3)
    if block == "support_vector_classifier":
        return rows, np.where(heights > 0, 5.0, 2.0), queries
    if block == "logistic_regression":
        classes = int(chance.integers(2, 4))
        return rows, np.argsort(np.argsort(heights)) * classes // count + 1.0, queries
    return rows, heights + 50, queries


def main() -> None:
    chance, library = np.random.default_rng(163), {}
    for block, each in BLOCKS.items():
        for number, arguments in enumerate(each * 2):
            rows, targets, queries = (array.round(6) for array in data(block, chance))
            library[f"{block} {number}"] = {
                "block": block,
                "arguments": arguments,
                "labels": block in ("logistic_regression", "support_vector_classifier"),
                "close": CLOSE.get(block, 1e-3),
                "rows": rows.tolist(),
                "targets": targets.tolist(),
                "asked": queries.tolist(),
                "predicted": [float(f"{value:.12g}") for value in judged(block, arguments, rows, targets, queries)],
            }
    PATH.write_text(json.dumps(library, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
