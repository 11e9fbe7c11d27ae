"""Accuracies by NannyML's confidence-based performance estimation: run by the Python of an environment that has it.

    python nannyml_estimates.py ANSWERS.npz

It prints a line of JSON: the version, and the estimate for each field of answers.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

# It reports each use to its makers otherwise.
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml  # type: ignore[import-not-found]
import numpy as np
import pandas as pd  # type: ignore[import-untyped]

CHUNKS = 10


def _table(scores: np.ndarray[Any, Any], labels: np.ndarray[Any, Any] | None = None) -> pd.DataFrame:
    columns = {f"score_{label}": scores[:, label] for label in range(scores.shape[1])}
    columns["answer"] = scores.argmax(axis=1)
    if labels is not None:
        columns["label"] = labels
    return pd.DataFrame(columns)


def main() -> None:
    with np.load(sys.argv[1]) as arrays:
        estimates = []
        trial = 0
        while f"tests_{trial}" in arrays:
            tests = _table(arrays[f"tests_{trial}"], arrays[f"labels_{trial}"])
            estimator = nannyml.CBPE(
                problem_type="classification_multiclass",
                y_pred_proba={label: f"score_{label}" for label in range(arrays[f"tests_{trial}"].shape[1])},
                y_pred="answer",
                y_true="label",
                metrics=["accuracy"],
                chunk_number=CHUNKS,
            )
            estimator.fit(tests)
            result = estimator.estimate(_table(arrays[f"field_{trial}"]))
            values = result.filter(period="analysis").to_df()["accuracy"]["value"]
            estimates.append(float(values.mean()))
            trial += 1
    print(json.dumps({"version": nannyml.__version__, "estimates": estimates}))


if __name__ == "__main__":
    main()
