"""Recipes that learn with scikit-learn: what was learned is what runs, and what data they refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.command.training.text import summary
from lab.dataset.dataset import Dataset
from lab.dataset.features import RecordingRunner
from lab.recipes.arguments import function_arguments, read_arguments
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.recipes.numbers import chosen_columns
from lab.recipes.recipe import MODEL_STAGE, LearnedParameters, Recipe, estimator_runefile
from lab.refusal import Reason, Refused
from lab.search.candidate import candidate_model
from lab.search.space import space_of
from lab.tasks.anomalies import normal_and_others
from lab.tasks.scaling import measured_scaling
from lab.training.data import compute_windows, read_dataset
from lab.training.preparing import prepare_run
from lab.training.results import result_files
from lab.training.run import TrainedModel, train
from lab.training.run_folder import RunFolder
from lab.training.script import script_files
from rune.assessment.evaluation.recorded_tensors import tensor_array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.content import Kind
from rune.datasets.learnable import ANOMALY
from rune.datasets.splits import RECORDINGS, Split
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.source.policy.sections.training import Training
from tests.support.training.motion_data import LABELS, write_machine, write_motion
from tests.support.training.recordings_of_kind import write_for
from tests.support.training.table_data import write_labelled_table, write_tables

ESTIMATORS = [name for name, recipe in RECIPES.items() if recipe.estimator is not None]


def report(_share: float, _text: str) -> None:
    """Ignores the progress."""


def trained(folder: Path, recipe: str, **arguments: float) -> tuple[TrainedModel, list[Mapping[str, Any]], Dataset]:
    """A whole run on a folder of recordings, its events and its data."""
    run = prepare_run(Training(recipe, "samples", "m.tflite", arguments=arguments), folder / "samples", {})
    events: list[Mapping[str, Any]] = []
    own = RunFolder(folder / "run", run.settings.digest)
    own.path.mkdir()
    return train(run, own, events.append), events, run.dataset


def test_a_run_reads_no_recording_of_the_test_split(tmp_path: Path) -> None:
    """Whatever is in the test split, the run is the same: curves, parameters, figures and answers."""
    results = []
    for name, takes in (("one", 2), ("other", 4)):
        folder = tmp_path / name
        for split, people in (("train", 4), ("validation", 2)):
            write_motion(folder / "samples" / split, people=people, groups=False)
        write_motion(folder / "samples" / "test", people=1, takes=takes, groups=False)
        result, events, dataset = trained(folder, "motion-trees", epochs=3)
        assert set(result.report["judgements"]) == set(result.answers) == {"validation"}
        assert set(dataset.splits) == {Split.TRAIN, Split.VALIDATION}
        data = next(each for each in events if each["event"] == "data")
        assert sum(data["samples"]["test"].values()) == 3 * takes
        with np.load(folder / "run" / "features.npz") as arrays:
            assert set(arrays["splits"].tolist()) == {0, 1}
        results.append((result.parameters, result.report["judgements"], result.answers, result.report["curves"]))
    assert results[0] == results[1]
    assert RECORDINGS not in splits_of(folder, result), "the data names its splits"
    text = "\n".join(summary(result.report))
    assert "Accuracy on the validation split: " in text
    assert "The test split, 12 recordings, was not read: `rune evaluate --split test`" in text


def splits_of(folder: Path, result: TrainedModel) -> Mapping[str, Any]:
    """The file of splits that a run writes beside its model."""
    run = prepare_run(Training("motion-trees", "samples", "m.tflite"), folder / "samples", {})
    return json.loads(result_files(run, result)["m.splits.json"])  # type: ignore[no-any-return]


def test_a_run_that_divides_data_writes_down_which_files_are_its_test_split(tmp_path: Path) -> None:
    write_motion(tmp_path / "samples", people=6, groups=False)
    result, _, dataset = trained(tmp_path, "motion-trees", epochs=2)
    recordings = splits_of(tmp_path, result)[RECORDINGS]
    assert set(recordings.values()) == {"train", "validation", "test"}
    read = {each.name for each in dataset.recordings}
    assert read == {name for name, split in recordings.items() if split != "test"}
    assert all((tmp_path / "samples" / name).is_file() for name in recordings)


def write_data(recipe: Recipe, folder: Path) -> Path:
    """Recordings of the kind that a recipe learns from."""
    return write_tables(folder, 12) if recipe.kind is Kind.TABLE else write_for(recipe, folder, 12)


COMPARISONS = {
    "k-means": ("anomaly", {"mixture": 0}),
    "mixture": ("anomaly", {"mixture": 1, "components": 2}),
    "k-means of sound": ("sound-anomaly", {"mixture": 0, "duration": 600}),
    "mixture of sound": ("sound-anomaly", {"mixture": 1, "components": 2}),
    "boosting": ("motion-trees", {"boosting": 1, "epochs": 8}),
    "forest": ("motion-trees", {"boosting": 0, "epochs": 8, "depth": 6}),
    "boosting of rows": ("table-trees", {"boosting": 1, "epochs": 8}),
    "forest of rows": ("table-trees", {"boosting": 0, "epochs": 8, "depth": 6}),
    "boosting of a number": ("regression-trees", {"boosting": 1, "epochs": 8}),
    "forest of a number": ("regression-trees", {"boosting": 0, "epochs": 8, "depth": 6}),
}
"""Recipes with arguments, by what learns with these arguments."""


def test_each_recipe_with_an_estimator_is_compared_with_its_rune() -> None:
    assert {recipe for recipe, _ in COMPARISONS.values()} == set(ESTIMATORS)


@pytest.mark.parametrize(("recipe", "arguments"), COMPARISONS.values(), ids=COMPARISONS)
@pytest.mark.slow
def test_features_and_scores_of_the_rune_are_those_that_were_learned(
    recipe: str, arguments: dict[str, float], tmp_path: Path
) -> None:
    """Features to the bit, and scores as near as f32 goes."""
    own = recipe_of(recipe)
    assert own.estimator is not None
    values = read_arguments(own.arguments, arguments, recipe)
    dataset = read_dataset(write_data(own, tmp_path), own, {})
    if dataset.columns:
        values = chosen_columns(values, dataset.columns, own.task)
    learned_windows = own.task.learned_windows(dataset, values, compute_windows(dataset, own, values, report))
    windows = learned_windows.windows
    scaling = measured_scaling(dataset, windows, learned_windows.numbers)
    labels = own.task.answers(dataset, learned_windows, scaling)
    options = function_arguments(values, own.estimator.arguments)
    *_, last = import_module(own.network_module).rounds(windows.inputs, labels, 3, **options)
    texts = last.resources()
    files = {name: f"{name}.txt" for name in texts}
    parameters = LearnedParameters(texts, {"on": 1.0, "off": 0.5})
    runefile = estimator_runefile(own, values, parameters, files, dataset.labels, scaling)
    project = {"Runefile.yml": runefile.encode(), **{files[name]: texts[name].encode() for name in texts}}
    features, scores = Port(own.features(values).stage, 0), Port(MODEL_STAGE, 0)
    result = build(MemoryFiles(project), BuildOptions("whole", watched=(features, scores)))
    assert result.diagnostics == ()
    runner = RecordingRunner(
        result.rune,
        lambda rune, _: np.concatenate(
            [np.ravel(tensor_array(rune.watched[port].tensors[0])) for port in (features, scores)]
        ),
    )
    rows = np.stack([row for recording in dataset.recordings for row in runner.rows(recording)])
    count = windows.inputs.shape[1]
    assert rows[:, :count].astype(np.float32).tobytes() == windows.inputs.tobytes()
    expected = np.asarray(last.scores(windows.inputs)).reshape(len(rows), -1)
    # A score is a sum over the features, and each adds a rounding of its own.
    np.testing.assert_allclose(rows[:, count:], expected, rtol=2e-5, atol=2e-6 * max(count, 10))


@pytest.mark.slow
def test_anomalies_are_recognised_by_what_normal_recordings_taught(tmp_path: Path) -> None:
    write_machine(tmp_path / "samples")
    result, events, dataset = trained(tmp_path, "anomaly", **{"components": 3, "false-alarms": 0.001})
    assert dataset.labels == ("normal", ANOMALY)
    assert dataset.classes == {"normal": "normal", "shake": ANOMALY}
    epochs = [each for each in events if each["event"] == "epoch"]
    assert [each["epoch"] for each in epochs] == list(range(1, len(epochs) + 1))
    judgement = result.report["judgements"]["validation"]
    normal, faults = judgement["confusion"]
    assert faults[0] == 0
    assert faults[1] >= 2
    assert sum(normal) >= 2
    assert normal[0] >= normal[1]
    assert set(result.parameters) == {"m.centres.txt", "m.deviation.txt", "m.mean.txt"}
    assert "it needs 1000: record more" in " ".join(result.report["notes"])
    assert {len(each) for each in result.answers["validation"]} == {3}
    assert all(0 <= sureness <= 1 for _, _, sureness in result.answers["validation"])


@pytest.mark.slow
def test_one_label_is_enough_for_anomalies(tmp_path: Path) -> None:
    write_machine(tmp_path / "samples", faults=False)
    result, _, _ = trained(tmp_path, "anomaly", mixture=1, components=2)
    judgement = result.report["judgements"]["validation"]
    assert judgement["labels"][ANOMALY] == {"samples": 0, "recall": None}
    assert "how many of them are recognised is not known" in " ".join(result.report["notes"])
    assert "gaussian_mixture" in result.runefile


@pytest.mark.slow
@pytest.mark.parametrize("boosting", [0, 1])
def test_trees_tell_motions_apart_and_the_same_seed_gives_the_same_file(boosting: int, tmp_path: Path) -> None:
    write_motion(tmp_path / "samples", people=7)
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "samples").symlink_to(tmp_path / "samples")
    first, _, _ = trained(tmp_path, "motion-trees", boosting=boosting, epochs=20)
    assert first.report["judgements"]["validation"]["accuracy"][0] == 1.0
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
    with pytest.raises(Refused) as error:
        read_dataset(tmp_path, recipe_of("anomaly"), {})
    assert message in str(error.value)
    assert error.value.reason is Reason.DATA


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


@pytest.mark.slow
@pytest.mark.parametrize("name", ESTIMATORS)
def test_what_only_networks_have_is_refused_by_name(name: str, tmp_path: Path) -> None:
    recipe = recipe_of(name)
    values = read_arguments(recipe.arguments, {}, name)
    with pytest.raises(Refused, match="it trains no network"):
        candidate_model(recipe, values, 2, "int8")
    with pytest.raises(Refused, match="is not searched"):
        space_of(recipe, {}, "int8")
    write_data(recipe, tmp_path)
    settings = prepare_run(Training(name, "samples"), tmp_path, {}).settings
    with pytest.raises(Refused, match="no script of plain Keras"):
        script_files(settings)


@pytest.mark.slow
def test_rows_are_told_apart_by_trees_of_one_file_with_a_column_of_labels(tmp_path: Path) -> None:
    write_labelled_table(tmp_path / "samples" / "all.csv", rows=120)
    result, events, dataset = trained(tmp_path, "table-trees", boosting=0, epochs=6)
    assert list(dataset.labels) == ["idle", "running", "worn"]
    assert sum(sum(each.values()) for each in result.report["samples"].values()) == 120
    assert result.report["judgements"]["validation"]["accuracy"][0] > 0.8
    assert events[-1]["event"] in ("epoch", "progress")
    assert "decision_trees" in result.runefile
    assert "label" in result.runefile


@pytest.mark.slow
@pytest.mark.parametrize("boosting", [0, 1])
def test_a_number_is_learned_and_its_error_stands_beside_that_of_the_mean(boosting: int, tmp_path: Path) -> None:
    write_tables(tmp_path / "samples", 14)
    result, _, dataset = trained(tmp_path, "regression-trees", boosting=boosting, epochs=40, depth=4)
    assert list(dataset.labels) == ["power"]
    assert result.report["samples"]["train"]["power"] >= 9
    judgement = result.report["judgements"]["validation"]
    error = judgement["error"]
    assert judgement["accuracy"] is None
    assert error["error"]["low"] <= error["error"]["value"] <= error["error"]["high"] < error["baseline"]["low"]
    assert 0.3 < error["gain"]["low"] <= error["gain"]["value"] <= error["gain"]["high"] <= 1
    assert error["baseline_name"] == "the mean of the train split"
    assert result.answers["validation"] == ()
    assert 0 < result.report["curves"][-1]["validation_accuracy"] < 1


@pytest.mark.slow
def test_a_column_by_chance_is_not_learned_and_the_report_says_so(tmp_path: Path) -> None:
    """An error is never shown as a success by itself: the interval of what was gained includes 0."""
    random = np.random.default_rng(4)
    (tmp_path / "samples").mkdir()
    rows = "".join(f"{a:.4f},{b:.4f}\n" for a, b in random.normal(0, 1, (200, 2)))
    (tmp_path / "samples" / "a.csv").write_text(f"a,chance\n{rows}")
    result, _, _ = trained(tmp_path, "regression-trees", epochs=5)
    assert result.report["judgements"]["validation"]["error"]["gain"]["low"] <= 0
    assert "not surely less than without learning" in "\n".join(summary(result.report))
    assert "The table is cut in time" in " ".join(result.report["notes"])
