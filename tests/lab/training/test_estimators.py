"""Recipes that learn with scikit-learn: what was learned is what runs, and what data they refuse."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.dataset.anomalies import ANOMALY, normal_and_others
from lab.dataset.features import RecordingRunner
from lab.recipes.arguments import function_arguments, read_arguments
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.recipes.recipe import MODEL_STAGE, LearnedParameters, estimator_runefile
from lab.refusal import Reason, Refused
from lab.search.candidate import candidate_model
from lab.search.space import space_of
from lab.training.data import Dataset, compute_windows, read_dataset
from lab.training.run import TrainedModel, prepare_run, train
from lab.training.run_folder import RunFolder
from lab.training.script import script_files
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.running.evaluation.recorded_tensors import tensor_array
from rune.source.policy.sections.training import Training
from tests.lab.training.motion_data import LABELS, write_motion

ESTIMATORS = [name for name, recipe in RECIPES.items() if recipe.estimator is not None]


def report(_share: float, _text: str) -> None:
    """Nobody watches."""


def trained(folder: Path, recipe: str, **arguments: float) -> tuple[TrainedModel, list[Mapping[str, Any]], Dataset]:
    """A whole run on a folder of recordings, its events and its data."""
    prepared = prepare_run(Training(recipe, "samples", "m.tflite", arguments=arguments), folder / "samples", {})
    events: list[Mapping[str, Any]] = []
    own = RunFolder(folder / "run", prepared.settings.digest)
    own.path.mkdir()
    return train(prepared, own, events.append), events, prepared.dataset


def write_machine(folder: Path, *, faults: bool = True) -> Path:
    """Normal recordings of a slow circle, and faults that shake."""
    write_motion(folder, people=12, takes=2, labels=("circle", "shake") if faults else ("circle",))
    (folder / "circle").rename(folder / "normal")
    rows = (folder / "metadata.csv").read_text().replace("circle", "normal")
    (folder / "metadata.csv").write_text(rows)
    return folder


COMPARED = {
    "k-means": ("anomaly", {"mixture": 0}),
    "mixture": ("anomaly", {"mixture": 1, "components": 2}),
    "boosting": ("motion-trees", {"boosting": 1, "epochs": 8}),
    "forest": ("motion-trees", {"boosting": 0, "epochs": 8, "depth": 6}),
}
"""Recipes with arguments, by what learns with these arguments."""


def test_each_recipe_with_an_estimator_is_compared_with_its_rune() -> None:
    assert {recipe for recipe, _ in COMPARED.values()} == set(ESTIMATORS)


@pytest.mark.parametrize(("recipe", "arguments"), COMPARED.values(), ids=COMPARED)
@pytest.mark.slow
def test_features_and_scores_of_the_rune_are_those_that_were_learned(
    recipe: str, arguments: dict[str, float], tmp_path: Path
) -> None:
    """Features to the bit, and scores as near as f32 goes."""
    own = recipe_of(recipe)
    assert own.estimator is not None
    values = read_arguments(own.arguments, arguments, recipe)
    dataset = read_dataset(write_machine(tmp_path), own, {})
    windows = compute_windows(dataset, own, values, report)
    labels = np.array([dataset.labels.index(dataset.recordings[each].label) for each in windows.recordings])
    options = function_arguments(values, own.estimator.arguments)
    *_, learned = import_module(own.network_module).rounds(windows.inputs, labels, 3, **options)
    texts = learned.resources()
    files = {name: f"{name}.txt" for name in texts}
    runefile = estimator_runefile(own, values, LearnedParameters(texts, {"on": 1.0, "off": 0.5}), files, dataset.labels)
    project = {"Runefile.yml": runefile.encode(), **{files[name]: texts[name].encode() for name in texts}}
    features, scores = Port(own.features(values).stage, 0), Port(MODEL_STAGE, 0)
    built = build(MemoryFiles(project), BuildOptions("whole", watched=(features, scores)))
    assert built.diagnostics == ()
    runner = RecordingRunner(
        built.rune,
        lambda loaded, _: np.concatenate(
            [np.ravel(tensor_array(loaded.watched[port].tensors[0])) for port in (features, scores)]
        ),
    )
    rows = np.stack([row for recording in dataset.recordings for row in runner.rows(recording)])
    count = windows.inputs.shape[1]
    assert rows[:, :count].astype(np.float32).tobytes() == windows.inputs.tobytes()
    expected = np.asarray(learned.scores(windows.inputs)).reshape(len(rows), -1)
    np.testing.assert_allclose(rows[:, count:], expected, rtol=2e-5, atol=2e-5)


def test_anomalies_are_recognised_by_what_normal_recordings_taught(tmp_path: Path) -> None:
    write_machine(tmp_path / "samples")
    result, events, dataset = trained(tmp_path, "anomaly", **{"components": 3, "false-alarms": 0.001})
    assert dataset.labels == ("normal", ANOMALY)
    assert dataset.classes == {"normal": "normal", "shake": ANOMALY}
    epochs = [each for each in events if each["event"] == "epoch"]
    assert [each["epoch"] for each in epochs] == list(range(1, len(epochs) + 1))
    test = result.report["judgements"]["test"]
    normal, faults = test["confusion"]
    assert faults[0] == 0
    assert faults[1] >= 2
    assert sum(normal) >= 2
    assert normal[0] >= normal[1]
    assert set(result.parameters) == {"m.centres.txt", "m.deviation.txt", "m.mean.txt"}
    assert "it needs 1000: record more" in " ".join(result.report["notes"])
    assert {len(each) for each in result.answers["test"]} == {3}
    assert all(0 <= sureness <= 1 for _, _, sureness in result.answers["test"])


@pytest.mark.slow
def test_one_label_is_enough_for_anomalies(tmp_path: Path) -> None:
    write_machine(tmp_path / "samples", faults=False)
    result, _, _ = trained(tmp_path, "anomaly", mixture=1, components=2)
    test = result.report["judgements"]["test"]
    assert test["labels"][ANOMALY] == {"samples": 0, "recall": None}
    assert "how many of them are recognised is not known" in " ".join(result.report["notes"])
    assert "gaussian_mixture" in result.runefile


@pytest.mark.slow
@pytest.mark.parametrize("boosting", [0, 1])
def test_trees_tell_motions_apart_and_the_same_seed_gives_the_same_file(boosting: int, tmp_path: Path) -> None:
    write_motion(tmp_path / "samples", people=7)
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "samples").symlink_to(tmp_path / "samples")
    first, _, _ = trained(tmp_path, "motion-trees", boosting=boosting, epochs=20)
    assert first.report["judgements"]["test"]["accuracy"][0] == 1.0
    assert list(first.parameters) == ["m.trees.json"]
    again, _, _ = trained(tmp_path / "again", "motion-trees", boosting=boosting, epochs=20)
    assert again.parameters == first.parameters
    assert again.report["curves"] == first.report["curves"]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (("circle", "shake"), "The data has the labels circle and shake. Name the one of normal recordings normal"),
        ((ANOMALY,), "learns what is normal. Add recordings of when all is well"),
    ],
)
def test_data_without_normal_recordings_is_refused(labels: tuple[str, ...], message: str, tmp_path: Path) -> None:
    write_motion(tmp_path, people=1, labels=labels)
    with pytest.raises(Refused) as refused:
        read_dataset(tmp_path, recipe_of("anomaly"), {})
    assert message in str(refused.value)
    assert refused.value.reason is Reason.DATA


def test_few_faults_are_no_reason_to_refuse_and_few_normal_recordings_are(tmp_path: Path) -> None:
    folder = write_machine(tmp_path)
    for each in sorted((folder / "shake").iterdir())[1:]:
        each.unlink()
    dataset = read_dataset(folder, recipe_of("anomaly"), {})
    assert sum(each.label == ANOMALY for each in dataset.recordings) == 1
    for each in sorted((folder / "normal").iterdir())[6:]:
        each.unlink()
    with pytest.raises(Refused, match="normal has 3 people; 5 are needed"):
        read_dataset(folder, recipe_of("anomaly"), {})


def test_one_label_is_what_it_is_called(tmp_path: Path) -> None:
    write_motion(tmp_path, people=6, labels=LABELS[:1])
    read = read_dataset(tmp_path, recipe_of("anomaly"), {})
    assert read.labels == ("circle", ANOMALY)
    assert normal_and_others(read.recordings, "anomaly").classes == {"circle": "circle"}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_what_only_networks_have_is_refused_by_name(name: str, tmp_path: Path) -> None:
    recipe = recipe_of(name)
    values = read_arguments(recipe.arguments, {}, name)
    with pytest.raises(Refused, match="it trains no network"):
        candidate_model(recipe, values, 2, "int8")
    with pytest.raises(Refused, match="is not searched"):
        space_of(recipe, {}, "int8")
    write_machine(tmp_path)
    settings = prepare_run(Training(name, "samples"), tmp_path, {}).settings
    with pytest.raises(Refused, match="no script of plain Keras"):
        script_files(settings)
