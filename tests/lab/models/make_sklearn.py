"""Writes small estimators of scikit-learn as skl2onnx writes them: `PYTHON make_sklearn.py [FOLDER]`.

PYTHON has scikit-learn 1.9.1, skl2onnx 1.20.0 and onnx. Data are seeded. Beside the files it writes what scikit-learn
answers to rows of each.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn import ensemble, linear_model, preprocessing, svm, tree
from sklearn.pipeline import Pipeline, make_pipeline

FOLDER = Path(__file__).resolve().parent / "sklearn"
WORDS = np.array(["rest", "walk", "run"])
COLUMNS, ROWS = 4, 160
INPUTS = [("X", FloatTensorType([None, COLUMNS]))]

Forest = ensemble.RandomForestClassifier
scaled, within = preprocessing.StandardScaler, preprocessing.MinMaxScaler
LINEAR: dict[str, tuple[Any, str]] = {
    "logistic": (make_pipeline(scaled(), linear_model.LogisticRegression()), "words"),
    "logistic_two": (make_pipeline(within(), linear_model.LogisticRegression()), "two"),
    "logistic_clipped": (make_pipeline(within((-1, 1), clip=True), linear_model.LogisticRegression()), "numbers"),
    "logistic_unit_rows": (make_pipeline(preprocessing.Normalizer("l2"), linear_model.LogisticRegression()), "words"),
    "logistic_sums": (make_pipeline(preprocessing.Normalizer("l1"), linear_model.LogisticRegression()), "words"),
    "linear_svc": (make_pipeline(scaled(), svm.LinearSVC()), "words"),
    "linear_svc_two": (make_pipeline(scaled(), svm.LinearSVC()), "two"),
    "sgd_hinge": (make_pipeline(scaled(), linear_model.SGDClassifier(random_state=1)), "words"),
    "sgd_log": (make_pipeline(scaled(), linear_model.SGDClassifier(loss="log_loss", random_state=1)), "words"),
    "sgd_log_two": (make_pipeline(scaled(), linear_model.SGDClassifier(loss="log_loss", random_state=1)), "two"),
    "sgd_hinge_two": (make_pipeline(scaled(), linear_model.SGDClassifier(random_state=1)), "two"),
    "perceptron": (make_pipeline(scaled(), linear_model.Perceptron(random_state=1)), "words"),
    "ridge": (make_pipeline(within(), linear_model.Ridge()), "number"),
    "linear": (linear_model.LinearRegression(), "number"),
    "linear_pair": (linear_model.LinearRegression(), "pair"),
}
TREES: dict[str, tuple[Any, str]] = {
    "tree": (tree.DecisionTreeClassifier(max_depth=4, random_state=1), "words"),
    "tree_two": (tree.DecisionTreeClassifier(max_depth=3, random_state=1), "two"),
    "forest": (Forest(6, max_depth=4, random_state=1), "words"),
    "forest_two": (Forest(5, max_depth=4, random_state=1), "two"),
    "forest_scaled": (
        make_pipeline(scaled(), Forest(5, max_depth=4, random_state=1)),
        "words",
    ),
    "extra_trees": (ensemble.ExtraTreesClassifier(5, max_depth=4, random_state=1), "numbers"),
    "boosting": (ensemble.GradientBoostingClassifier(n_estimators=5, max_depth=2, random_state=1), "words"),
    "boosting_two": (ensemble.GradientBoostingClassifier(n_estimators=6, max_depth=2, random_state=1), "two"),
    "tree_number": (tree.DecisionTreeRegressor(max_depth=4, random_state=1), "number"),
    "forest_number": (ensemble.RandomForestRegressor(5, max_depth=4, random_state=1), "number"),
    "forest_pair": (ensemble.RandomForestRegressor(3, max_depth=3, random_state=1), "pair"),
    "boosting_number": (ensemble.GradientBoostingRegressor(n_estimators=6, max_depth=2, random_state=1), "number"),
}
REFUSED: dict[str, tuple[Any, str]] = {
    "svc": (make_pipeline(scaled(), svm.SVC()), "words"),
    "logistic_largest": (make_pipeline(preprocessing.Normalizer("max"), linear_model.LogisticRegression()), "words"),
}


def answers(rows: Any) -> dict[str, Any]:
    """Returns the classes or numbers that are learned of rows, by their kind."""
    number = rows @ np.array([1.0, -0.5, 0.25, 2.0]) + np.sin(3 * rows[:, 0])
    place = np.digitize(number, np.quantile(number, (0.33, 0.66)))
    return {
        "words": WORDS[place],
        "two": place > 0,
        "numbers": place * 10,
        "number": number,
        "pair": np.stack([number, -number], 1),
    }


def expected(estimator: Any, rows: Any) -> Any:
    """Returns the answers that the converted model has to give: shares of classes, their scores, or numbers."""
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(rows)
    if hasattr(estimator, "decision_function"):
        scores = estimator.decision_function(rows).reshape(len(rows), -1)
        # Of two classes skl2onnx keeps one score of LinearSVC, and gives both of others.
        is_pair = scores.shape[1] == 1 and not isinstance(estimator[-1], svm.LinearSVC)
        return np.concatenate([-scores, scores], 1) if is_pair else scores
    return estimator.predict(rows).reshape(len(rows), -1)


def _onnx(estimator: Any) -> bytes:
    # Options, though empty, for LinearSVC: without them skl2onnx 1.20 fails at a pipeline that ends with it.
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    options: dict[int, Any] | None = {id(last): {}} if isinstance(last, svm.LinearSVC) else None
    return bytes(convert_sklearn(estimator, initial_types=INPUTS, options=options).SerializeToString())


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(7)
    rows = (random.standard_normal((ROWS, COLUMNS)) * [1, 3, 20, 0.1] + [0, 5, 40, 1]).astype(np.float32)
    arrays = {}
    for name, (estimator, kind) in {**LINEAR, **TREES, **REFUSED}.items():
        targets = answers((rows - rows.mean(0)) / rows.std(0))[kind]
        estimator.fit(rows, targets if kind != "two" else targets.astype(int))
        (folder / f"{name}.onnx").write_bytes(_onnx(estimator))
        if name not in REFUSED:
            arrays[name] = expected(estimator, rows[:16]).astype(np.float64)
    np.savez(folder / "answers.npz", rows=rows[:16], **arrays)


if __name__ == "__main__":
    main()
