"""The recipe for motion with `average`: the model reads means of rows, and the rune computes the same ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.dataset.features import RecordingRunner
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import RECIPES
from lab.recipes.recipe import whole_runefile
from lab.refusal import Refused
from lab.training.data import compute_windows, read_dataset
from rune.assessment.evaluation.recorded_tensors import tensor_array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.port import Port
from rune.project.files import MemoryFiles
from tests.support.cases import each_case
from tests.support.training.features import model_of
from tests.support.training.motion_data import write_motion

RECIPE = RECIPES["motion"]


@each_case("average", [2, 5, 10])
def test_a_model_learns_the_means_that_its_rune_gives(average: int, tmp_path: Path) -> None:
    values = read_arguments(RECIPE.arguments, {"average": average, "window": 100, "hop": 50}, "motion")
    dataset = read_dataset(write_motion(tmp_path, takes=1, people=6, seconds=3), RECIPE, {})
    windows = compute_windows(dataset, RECIPE, values, lambda _share, _text: None)

    first = np.array([line.split(",") for line in dataset.recordings[0].data.decode().split()], np.float32)[:100]
    means = first.reshape(100 // average, average, 3).astype(np.float64).mean(axis=1)
    np.testing.assert_allclose(windows.inputs[0], means / 9.81, rtol=1e-6)

    shape = RECIPE.features(values).shape
    model = model_of(shape, len(dataset.labels))
    runefile = whole_runefile(RECIPE, values, "m.tflite", model, dataset.labels)
    port = Port(RECIPE.features(values).stage, 0)
    rune_build = build(
        MemoryFiles({"Runefile.yml": runefile.encode(), "m.tflite": model}), BuildOptions("whole", watched=(port,))
    )
    assert rune_build.diagnostics == ()
    runner = RecordingRunner(rune_build.rune, lambda rune, _: tensor_array(rune.watched[port].tensors[0]))
    rows = [row for recording in dataset.recordings for row in runner.rows(recording)]
    assert np.stack(rows).astype(np.float32).tobytes() == windows.inputs.tobytes()


@each_case(
    ("arguments", "message"),
    [
        ({"average": 3}, "average is 3; it must be 1, 2, 5 or 10"),
        ({"average": 2}, "hop is 25; it must be a multiple of 10"),
        ({"average": 10, "hop": 50, "window": 75}, "window is 75; it must be a multiple of 10"),
        ({"average": 5, "hop": 12}, "hop is 12; it must be a multiple of 5"),
        ({"average": 11}, "average"),
    ],
)
def test_rows_that_have_no_whole_number_of_means_are_refused(arguments: dict[str, int], message: str) -> None:
    with pytest.raises(Refused, match=message):
        RECIPE.features(read_arguments(RECIPE.arguments, arguments, "motion"))


def test_every_candidate_of_the_space_reads_whole_means_with_the_usual_hop() -> None:
    usual = read_arguments(RECIPE.arguments, {}, "motion")
    for window in RECIPE.space["window"]:
        for average in RECIPE.space["average"]:
            shape = RECIPE.features({**usual, "window": window, "average": average}).shape
            assert shape == (window / average, 3)
