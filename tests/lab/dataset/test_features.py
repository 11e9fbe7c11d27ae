"""The inputs that a model learns from are the inputs that it gets in the rune, to the bit, for each recipe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.dataset.features import RecordingRunner
from lab.dataset.recordings import Recordings, read_recordings
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import NETWORK_RECIPES, RECIPES
from lab.recipes.numbers import chosen_columns
from lab.recipes.recipe import scaled_features, whole_runefile
from lab.refusal import Reason, Refused
from lab.search.candidate import candidate_model
from lab.tasks.scaling import DataScaling, measured_scaling
from lab.tasks.task import LearnedWindows
from lab.training.data import compute_windows, read_dataset, save_features
from rune.assessment.evaluation.recorded_tensors import tensor_array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.datasets.learnable import LearnedAnswer
from rune.port import Port
from rune.project.files import MemoryFiles
from tests.support.training.backbones import usable
from tests.support.training.features import model_of
from tests.support.training.motion_data import write_motion
from tests.support.training.recordings_of_kind import write_for


def report(_share: float, _text: str) -> None:
    """Ignores the progress."""


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORK_RECIPES)
def test_features_are_what_the_model_gets_in_the_rune(name: str, tmp_path: Path) -> None:
    recipe = usable(name)
    values = read_arguments(recipe.arguments, {}, name)
    dataset = read_dataset(write_for(recipe, tmp_path, 10), recipe, {})
    if dataset.columns:
        values = chosen_columns(values, dataset.columns, recipe.task)
    plain = compute_windows(dataset, recipe, values, report)
    learned_windows = recipe.task.learned_windows(dataset, values, plain)
    scaling = measured_scaling(dataset, learned_windows.windows, learned_windows.numbers)
    expected = compute_windows(dataset, recipe, values, report, scaling)
    features = scaled_features(recipe, values, scaling)
    if recipe.task.learned_answer is LearnedAnswer.OBJECTS:
        model = candidate_model(recipe, values, len(dataset.labels), "float32")
    else:
        model = model_of(features.shape, recipe.task.dimensions(features.shape, len(dataset.labels))[-1])
    runefile = whole_runefile(recipe, values, "m.tflite", model, dataset.labels, scaling)
    port = Port(features.stage, 0)
    files = MemoryFiles({"Runefile.yml": runefile.encode(), "m.tflite": model, **recipe.files})
    result = build(files, BuildOptions("whole", watched=(port,)))
    assert result.diagnostics == ()
    runner = RecordingRunner(
        result.rune,
        lambda rune, _: tensor_array(rune.watched[port].tensors[0]),
        ends_in_silence=recipe.ends_in_silence,
    )
    rows = [row for recording in dataset.recordings for row in runner.rows(recording)]
    assert expected.inputs.shape[1:] == features.shape
    assert np.stack(rows).astype(np.float32).tobytes() == expected.inputs.tobytes()
    if recipe.scales:
        places = learned_windows.windows.recordings
        is_learned = np.isin(places, [place for place, own in enumerate(dataset.splits) if own == "train"])
        of_train = recipe.task.learned_windows(dataset, values, expected).windows.inputs[is_learned]
        flat = of_train.reshape(-1, of_train.shape[-1])
        np.testing.assert_allclose(flat.mean(axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(flat.std(axis=0), 1, rtol=1e-3)


def test_windows_are_of_all_recordings_and_short_ones_are_named(tmp_path: Path) -> None:
    recipe = RECIPES["motion"]
    folder = write_motion(tmp_path, takes=1, people=6, seconds=3)
    (folder / "still" / "0-0.csv").write_text("0,0,9.81\n" * 40)
    dataset = read_dataset(folder, recipe, {})
    values = read_arguments(recipe.arguments, {"window": 100, "hop": 50}, "motion")
    windows = compute_windows(dataset, recipe, values, report)
    assert windows.inputs.shape == (17 * 2, 100, 3)
    assert [dataset.recordings[each].name for each in windows.too_short] == ["still/0-0.csv"]
    first = np.array([line.split(",") for line in dataset.recordings[0].data.decode().split()], np.float32)
    np.testing.assert_allclose(windows.inputs[0], first[:100] / np.float32(9.81), rtol=1e-6)
    answers = recipe.task.answers(dataset, LearnedWindows(windows), DataScaling((), ()))
    save_features(tmp_path / "features.npz", dataset, windows, answers)
    with np.load(tmp_path / "features.npz") as arrays:
        assert {name: arrays[name].shape[0] for name in arrays} == dict.fromkeys(
            ("inputs", "labels", "splits", "recordings"), 34
        )
    recipe.task.require_windows(dataset, windows)
    with pytest.raises(Refused, match="Every recording is shorter than a window") as error:
        compute_windows(dataset, recipe, {**values, "window": 500}, report)
    assert error.value.reason is Reason.DATA


def test_a_label_whose_recordings_are_all_too_short_is_refused(tmp_path: Path) -> None:
    recipe = RECIPES["motion"]
    folder = write_motion(tmp_path, takes=1, people=6, seconds=3)
    for path in (folder / "still").iterdir():
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:40]))
    dataset = read_dataset(folder, recipe, {})
    values = read_arguments(recipe.arguments, {"window": 100, "hop": 50}, "motion")
    message = "still has no recordings in the split train.*6 recordings of still are shorter than a window"
    with pytest.raises(Refused, match=message):
        recipe.task.require_windows(dataset, compute_windows(dataset, recipe, values, report))


def test_a_folder_without_recordings_is_refused_and_files_without_label_are_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(Refused, match="has no recordings with labels"):
        read_recordings(tmp_path)
    write_motion(tmp_path, groups=False, people=1)
    (tmp_path / "alone.csv").write_text("0,0,1\n")
    (tmp_path / "shake" / "broken.csv").write_text("one,two\n")
    (tmp_path / "still" / "link.csv").symlink_to("/etc/passwd")
    read: Recordings = read_recordings(tmp_path)
    assert len(read.items) == 6
    assert [each.partition(":")[0] for each in sorted(read.omissions)] == ["alone.csv", "notes.txt", "shake/broken.csv"]


def test_a_folder_whose_name_is_no_text_is_left_out(tmp_path: Path) -> None:
    write_motion(tmp_path, groups=False, people=1)
    (tmp_path / "shake" / "0-0.csv").rename(tmp_path / "shake" / "caf\udce9.csv")
    read = read_recordings(tmp_path)
    assert len(read.items) == 5
    assert read.omissions == ("shake/caf?.csv: Its name is not UTF-8. Rename it.",)


def test_files_that_cannot_be_read_are_named_where_no_other_is_there(tmp_path: Path) -> None:
    for label in ("idle", "worn"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.csv").write_text("a;b\n1,5;2,5\n")
    with pytest.raises(Refused) as error:
        read_recordings(tmp_path)
    assert "has no recordings that can be read. idle/1.csv: " in str(error.value)
    assert "named after its label" not in str(error.value)


def test_the_same_recordings_have_the_same_digest_whatever_their_names(tmp_path: Path) -> None:
    one = read_dataset(write_motion(tmp_path / "one"), RECIPES["motion"], {})
    (tmp_path / "one" / "metadata.csv").rename(tmp_path / "list")
    other = read_dataset(write_motion(tmp_path / "two"), RECIPES["motion"], {})
    assert one.digest == other.digest
    assert one.counts() == other.counts()


def test_recordings_with_other_names_are_learned_in_the_same_order(tmp_path: Path) -> None:
    folder = write_motion(tmp_path, groups=False)
    one = read_dataset(folder, RECIPES["motion"], {})
    for path in sorted(folder.glob("*/*.csv")):
        path.rename(path.with_name(f"{ord('z') - ord(path.stem[0])}{path.name}"))
    other = read_dataset(folder, RECIPES["motion"], {})
    assert [each.name for each in other.recordings] != [each.name for each in one.recordings]
    assert [each.data for each in other.recordings] == [each.data for each in one.recordings]
    assert (one.digest, one.splits) == (other.digest, other.splits)
