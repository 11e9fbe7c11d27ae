"""The recipe for anomalies by an autoencoder: which windows it learns, what its Runefile says, what data it refuses."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.recipes.recipe import whole_runefile
from lab.refusal import Reason, Refused
from lab.search.candidate import candidate_model
from lab.search.space import space_of
from lab.tasks.judging.thresholds import Threshold
from lab.training.data import read_dataset
from lab.training.preparing import prepare_run
from lab.training.run import write_features
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.content import Kind
from rune.datasets.learnable import ANOMALY
from rune.datasets.splits import Split
from rune.project.files import MemoryFiles
from rune.source.policy.sections.training import Training
from tests.support.training.motion_data import write_machine, write_motion

RECIPE = recipe_of("autoencoder")
VALUES = read_arguments(RECIPE.arguments, {}, "autoencoder")


def report(_share: float, _text: str) -> None:
    """Ignores the progress."""


@pytest.mark.slow
def test_normal_windows_alone_are_learned_and_each_is_its_own_answer(tmp_path: Path) -> None:
    write_machine(tmp_path / "samples")
    run = prepare_run(Training("autoencoder", "samples"), tmp_path / "samples", {})
    dataset = run.dataset
    assert dataset.labels == ("normal", ANOMALY)
    write_features(run, tmp_path / "features.npz", report)
    with np.load(io.BytesIO((tmp_path / "features.npz").read_bytes())) as arrays:
        assert {dataset.recordings[each].label for each in arrays["recordings"]} == {"normal"}
        assert set(arrays["splits"].tolist()) == {0, 1}
        np.testing.assert_array_equal(arrays["labels"], arrays["inputs"])
        inputs = arrays["inputs"][arrays["splits"] == 0]
    np.testing.assert_allclose(inputs.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(inputs.std(axis=0), 1, atol=1e-3)


def test_one_label_is_enough_and_the_report_says_what_is_not_known(tmp_path: Path) -> None:
    dataset = read_dataset(write_machine(tmp_path, faults=False), RECIPE, {})
    assert dataset.counts()[Split.VALIDATION.value][ANOMALY] == 0
    assert "how many of them are recognised is not known" in " ".join(dataset.notes)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["int8", "float32"])
def test_the_rune_compares_what_the_model_reads_with_what_it_gives(form: str) -> None:
    model = candidate_model(RECIPE, VALUES, 2, form)
    threshold = Threshold(3.25, 2.5, 100)
    text = whole_runefile(RECIPE, VALUES, "m.tflite", model, ("normal", ANOMALY), threshold=threshold)
    source = "dequantized" if form == "int8" else "model"
    assert f"proc-block: mse\n    inputs: [scaled, {source}]" in text
    assert "on: 3.25\n      off: 2.5\n" in text
    result = build(MemoryFiles({"Runefile.yml": text.encode(), "m.tflite": model}), BuildOptions("whole"))
    assert result.diagnostics == ()


def test_labels_without_normal_ones_are_refused(tmp_path: Path) -> None:
    write_motion(tmp_path, people=6, labels=("circle", "shake"))
    with pytest.raises(Refused, match="Name the one of normal recordings normal") as error:
        read_dataset(tmp_path, RECIPE, {})
    assert error.value.reason is Reason.DATA


def test_it_is_not_searched_and_not_the_first_recipe_for_motion() -> None:
    with pytest.raises(Refused, match="is not searched: a search compares accuracies"):
        space_of(RECIPE, {}, "int8")
    assert next(each.name for each in RECIPES.values() if each.kind is Kind.MOTION) == "motion"
