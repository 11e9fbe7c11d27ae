"""Learned trees, centres and mixtures: C, wasm32 and scikit-learn agree on 10,000 inputs.

Each test imports what it needs of scikit-learn: processes that collect the tests without running these would wait for
it for two seconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.estimators.anomalies import number_rows
from lab.estimators.trees import boosting_file, forest_file
from rune.blocks.catalogue import CATALOGUE
from rune.source.runefile.pipeline import Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.compiler.block_module import Vector
from tests.support.compiler.pipelines import loaded, module_of
from tests.support.compiler.programs.block_programs import FUSED, stages_of
from tests.support.compiler.programs.c_programs import CFolder, sent_bytes, sources_of

INPUTS = 10_000
Array = np.ndarray[Any, Any]


def digits(classes: int) -> tuple[Array, Array]:
    """Rows of f32 that are no whole numbers, so that thresholds lie anywhere, and their digits."""
    from sklearn.datasets import load_digits

    rows, labels = load_digits(n_class=classes, return_X_y=True)
    random = np.random.default_rng(1)
    return (rows + random.normal(0, 0.5, rows.shape)).astype(np.float32), labels


def unseen(rows: Array) -> Array:
    """Ten thousand rows: of the data with noise, exactly of the data, and far from it."""
    random = np.random.default_rng(2)
    sample = rows[random.integers(0, len(rows), INPUTS)]
    noise = random.normal(0, 3, sample.shape) * (np.arange(INPUTS) % 4 != 0)[:, None]
    return np.asarray(sample + noise * np.where(np.arange(INPUTS) % 10 == 1, 50, 1)[:, None], np.float32)


def answers(block: str, arguments: Mapping[str, Any], rows: Array, folder: Path) -> list[Array]:
    """The block's answers in wasm32 for each row, after comparing it with C: an array for each output."""
    defaults = {each.name: each.default for each in CATALOGUE[block].arguments if each.default is not None}
    inputs = ((TensorType(ElementType.F32, (rows.shape[1],)), ()),)
    vector = Vector(CATALOGUE[block], "learned", {**defaults, **arguments}, inputs, (), None)
    pipeline = Pipeline(tuple(stages_of(0, vector)), ())
    frames = [[row.tobytes()] for row in rows]
    from_wasm = sent_bytes(loaded(module_of(pipeline)), frames)
    assert CFolder.of(folder, sources_of(pipeline, {}, "learned")).outputs(frames, FUSED) == from_wasm
    fields = [
        (f"output{place}", "<f4" if each.type.element is ElementType.F32 else "<u4", each.type.count)
        for place, each in enumerate(vector.declared_outputs)
    ]
    read = np.frombuffer(from_wasm, fields)
    assert len(read) == len(rows)
    return [read[name] for name, *_ in fields]


def trees(text: str, rows: Array, folder: Path) -> Array:
    (scores,) = answers("decision_trees", {"trees": text}, rows, folder)
    return scores


pytestmark = pytest.mark.slow


def test_a_random_forest_gives_the_shares_of_scikit_learn(tmp_path: Path) -> None:
    from sklearn.ensemble import RandomForestClassifier

    rows, labels = digits(5)
    model = RandomForestClassifier(30, random_state=0).fit(rows, labels)
    inputs = unseen(rows)
    shares = trees(forest_file(model), inputs, tmp_path)
    expected = model.predict_proba(inputs)
    np.testing.assert_allclose(shares, expected, atol=1e-6)
    is_tie = np.sort(expected)[:, -1] - np.sort(expected)[:, -2] < 1e-6
    assert is_tie.mean() < 0.05
    assert (shares.argmax(axis=1) == expected.argmax(axis=1))[~is_tie].all()


@pytest.mark.parametrize("classes", [2, 4])
def test_boosted_trees_give_the_scores_and_labels_of_scikit_learn(classes: int, tmp_path: Path) -> None:
    from sklearn.ensemble import GradientBoostingClassifier

    rows, labels = digits(classes)
    model = GradientBoostingClassifier(n_estimators=20, random_state=0).fit(rows, labels)
    inputs = unseen(rows)
    scores = trees(boosting_file(model), inputs, tmp_path)
    assert (scores.argmax(axis=1) == model.predict(inputs)).all()
    powers = np.exp(scores.astype(np.float64))
    np.testing.assert_allclose(powers / powers.sum(axis=1, keepdims=True), model.predict_proba(inputs), atol=1e-6)
    first = trees(boosting_file(model, 7), inputs[:500], tmp_path / "first")
    expected = list(model.staged_predict(inputs[:500]))[6]
    assert (first.argmax(axis=1) == expected).all()


@pytest.mark.parametrize("kind", ["RandomForestRegressor", "GradientBoostingRegressor"])
def test_regression_gives_the_numbers_of_scikit_learn(kind: str, tmp_path: Path) -> None:
    from sklearn import ensemble

    rows, labels = digits(10)
    targets = labels + rows[:, 20] / 7
    model = getattr(ensemble, kind)(n_estimators=20, random_state=0, max_depth=6).fit(rows, targets)
    inputs = unseen(rows)
    text = forest_file(model) if kind == "RandomForestRegressor" else boosting_file(model)
    numbers = trees(text, inputs, tmp_path)[:, 0]
    np.testing.assert_allclose(numbers, model.predict(inputs), rtol=1e-6, atol=1e-6)


def test_k_means_gives_the_distances_and_centres_of_scikit_learn(tmp_path: Path) -> None:
    from sklearn.cluster import KMeans

    rows, _ = digits(10)
    model = KMeans(12, n_init=1, random_state=0).fit(rows.astype(np.float64))
    inputs = unseen(rows)
    arguments = {"centres": number_rows(model.cluster_centers_)}
    distance, nearest = answers("k_means", arguments, inputs, tmp_path)
    expected = np.sort(model.transform(inputs.astype(np.float64)))
    np.testing.assert_allclose(distance[:, 0], expected[:, 0], rtol=1e-6)
    is_tie = expected[:, 1] - expected[:, 0] < 1e-5
    assert is_tie.mean() < 0.01
    assert (nearest[:, 0] == model.predict(inputs.astype(np.float64)))[~is_tie].all()


def test_a_mixture_gives_the_densities_of_scikit_learn(tmp_path: Path) -> None:
    from sklearn.mixture import GaussianMixture

    rows, _ = digits(10)
    model = GaussianMixture(8, covariance_type="diag", random_state=0).fit(rows.astype(np.float64))
    inputs = unseen(rows)
    arguments = {
        "means": number_rows(model.means_),
        "deviations": number_rows(np.sqrt(model.covariances_)),
        "weights": number_rows([model.weights_]),
    }
    surprise, likeliest = answers("gaussian_mixture", arguments, inputs, tmp_path)
    np.testing.assert_allclose(surprise[:, 0], -model.score_samples(inputs.astype(np.float64)), rtol=2e-6, atol=1e-4)
    assert (likeliest[:, 0] == model.predict(inputs.astype(np.float64))).mean() > 0.999
