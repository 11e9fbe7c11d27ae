"""The recipe that counts: its data, its grid, its threshold, its figures, and the rune that it gives."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lab.dataset.dataset import Dataset
from lab.dataset.recording import Recording
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.recipes.recipe import whole_runefile
from lab.refusal import Reason, Refused
from lab.search.candidate import candidate_model
from lab.search.space import require_searched
from lab.tasks.judging.counting_figures import (
    WORST,
    PictureCounts,
    best_threshold,
    counting_figures,
    counts_by_label,
    matches,
    objects_on_grid,
    worst_pictures,
)
from lab.tasks.judging.judged_rune import JudgedRune
from lab.tasks.judging.thresholds import Threshold
from lab.tasks.objects import judge_counts
from lab.training.data import read_dataset
from lab.training.preparing import prepare_run
from lab.training.run import write_features
from lab.training.running_rune import rows_of_split
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.content import Kind
from rune.datasets.splits import Split
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.running.container import read_graph
from rune.source.policy.sections.training import Training
from tests.support.compiler.block_references.detections import count_on_grid
from tests.support.training.counting_data import write_counting
from tests.support.training.sight_and_sound_data import write_pictures, write_sounds

RECIPE = recipe_of("counting")
VALUES = read_arguments(RECIPE.arguments, {}, "counting")


def report(_share: float, _text: str) -> None:
    """Ignores the progress."""


def refusal(folder: Path) -> Refused:
    with pytest.raises(Refused) as error:
        read_dataset(folder, RECIPE, {})
    assert error.value.reason is Reason.DATA
    return error.value


@pytest.mark.slow
def test_positions_are_learned_and_pictures_without_marks_are_named(tmp_path: Path) -> None:
    run = prepare_run(Training("counting", "samples"), write_counting(tmp_path / "s", 64, without_positions=9), {})
    assert run.dataset.labels == ["disc", "square"]
    assert run.dataset.notes[0] == "9 pictures without marks are left out."
    assert sum(sum(row.values()) for row in run.counts().values()) == 55
    write_features(run, tmp_path / "features.npz", report)
    with np.load(tmp_path / "features.npz") as arrays:
        labels, inputs = arrays["labels"], arrays["inputs"]
    assert inputs.shape == (len(run.dataset.recordings), 96, 96, 3)
    assert labels.dtype == np.float32
    for row, recording in zip(labels, run.dataset.recordings, strict=True):
        objects = [(("disc", "square")[int(label) - 1], x, y) for label, x, y in row if label]
        assert recording.positions is not None
        assert len(objects) == len(recording.positions)
        for (label, x, y), position in zip(objects, recording.positions, strict=True):
            assert label == position.label
            assert (x, y) == pytest.approx((position.x, position.y), abs=1e-6)


def test_data_that_says_nothing_of_objects_is_refused_by_what_it_lacks(tmp_path: Path) -> None:
    sounds, pictures = write_sounds(tmp_path / "sounds"), write_pictures(tmp_path / "pictures")
    assert "learns from pictures, and " in str(refusal(sounds))
    assert "no picture has any. Mark the middle of each object" in str(refusal(pictures))
    few = write_counting(tmp_path / "few", 40, without_positions=25)
    assert "needs 20 pictures with positions, and 15 pictures of 40 have been marked" in str(refusal(few))
    two = write_counting(tmp_path / "two", 40, groups=2)
    assert "disc and square have no recordings in the split train" in str(refusal(two))


def test_a_search_and_a_teacher_take_no_recipe_that_counts() -> None:
    assert not RECIPE.takes_teacher
    with pytest.raises(Refused):
        require_searched(RECIPE)
    assert next(each.name for each in RECIPES.values() if each.kind is Kind.PICTURE) == "pictures"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["int8", "float32"])
def test_the_rune_that_it_gives_builds_without_a_word(form: str) -> None:
    model = candidate_model(RECIPE, VALUES, 2, form)
    text = whole_runefile(RECIPE, VALUES, "m.tflite", model, ("disc", "square"), threshold=Threshold(0.35, 0.35, 0))
    assert "threshold: 0.35" in text
    assert "names: $LABELS" in text
    result = build(MemoryFiles({"Runefile.yml": text.encode(), "m.tflite": model}), BuildOptions("whole"))
    assert result.diagnostics == ()
    graph = read_graph(result.rune) or {}
    (block,) = (each for each in graph["proc-blocks"].values() if each["path"] == "count_on_grid")
    assert block["args"]["names"] == "$LABELS"
    assert graph["resources"]["LABELS"]["default_value"] == {"Inline": "disc\nsquare"}, "pages name the counts by it"


def test_objects_on_a_grid_are_those_of_the_block() -> None:
    random = np.random.default_rng(5)
    for _ in range(60):
        grid = (random.integers(0, 5, (*random.integers(1, 9, 2), 4)) / 4).astype(np.float32)
        grid[random.random(grid.shape) < 0.05] = np.nan
        counts, rows = count_on_grid({"threshold": 0.6, "most": 100}, [grid[None]])
        objects = objects_on_grid(grid, 0.6)
        assert counts_by_label(objects, 3).tolist() == counts.tolist()
        np.testing.assert_allclose(np.array(objects).reshape(-1, 3), rows[:, :3], atol=1e-6)


def test_an_object_matches_within_a_cell_once_and_by_its_label() -> None:
    grid = (10, 10)
    assert matches([(0, 0.5, 0.5)], [(0, 0.6, 0.4)], grid, 2).tolist() == [1, 0]
    assert matches([(0, 0.5, 0.5)], [(0, 0.61, 0.5)], grid, 2).tolist() == [0, 0]
    assert matches([(0, 0.5, 0.5)], [(1, 0.5, 0.5)], grid, 2).tolist() == [0, 0]
    assert matches([(0, 0.5, 0.5)], [(0, 0.5, 0.5), (0, 0.52, 0.5)], grid, 2).tolist() == [1, 0]
    # The nearest pair first: each of the two has its own.
    assert matches([(1, 0.5, 0.5), (1, 0.55, 0.5)], [(1, 0.56, 0.5), (1, 0.45, 0.5)], grid, 2).tolist() == [0, 2]


def test_the_threshold_is_the_middle_of_those_with_the_greatest_f1() -> None:
    grid = np.zeros((4, 4, 2), np.float32)
    grid[0, 0, 1], grid[3, 3, 1] = 0.82, 0.42
    assert best_threshold([grid], [[(0, 0.1, 0.1)]]) == pytest.approx(0.65)
    assert best_threshold([grid], [[(0, 0.1, 0.1), (0, 0.9, 0.9)]]) == pytest.approx(0.25)


def _picture(marks: int, count: int, hits: int, group: str = "") -> PictureCounts:
    one = [np.array([each]) for each in (marks, count, count, hits, 2)]
    return PictureCounts(0, one[0], one[1], one[2], one[3], one[4], group)


def test_figures_are_of_objects_and_of_counts() -> None:
    figures = counting_figures([_picture(2, 2, 2), _picture(3, 1, 1), _picture(0, 1, 0)], ["bee"], 0.5)
    assert figures is not None
    assert figures["objects"] == 5
    shares = [figures["precision"], figures["recall"], figures["f1"]]
    assert [None if each is None else each["value"] for each in shares] == pytest.approx([0.75, 0.6, 6 / 9], abs=1e-5)
    assert figures["count_error"]["value"] == pytest.approx(1.0)
    assert figures["baseline"]["value"] == pytest.approx(1.0)
    assert figures["labels"]["bee"]["f1"] == pytest.approx(0.6667)
    assert counting_figures([], ["bee"], 0.5) is None
    nothing = counting_figures([_picture(0, 0, 0)], ["bee"], 0.5)
    assert nothing is not None
    assert (nothing["f1"], nothing["labels"]["bee"]["recall"]) == (None, None)


def test_the_worst_pictures_name_the_labels_that_are_miscounted() -> None:
    def picture(place: int, bees: tuple[int, int], ants: tuple[int, int]) -> PictureCounts:
        marks, counts = np.array([bees, ants]).T
        return PictureCounts(place, marks, counts, counts, np.minimum(marks, counts), marks)

    pictures = [picture(4, (2, 2), (1, 1)), picture(5, (2, 3), (1, 0)), picture(6, (0, 5), (1, 1))]
    bees = {"label": "bee", "marked": 0, "counted": 5}
    both = [{"label": "bee", "marked": 2, "counted": 3}, {"label": "ant", "marked": 1, "counted": 0}]
    expected = [{"recording": 6, "labels": [bees]}, {"recording": 5, "labels": both}]
    assert worst_pictures(pictures, ["bee", "ant"]) == expected
    many = [picture(place, (0, 1), (0, 0)) for place in range(30, 0, -1)]
    assert [each["recording"] for each in worst_pictures(many, ["bee", "ant"])] == list(range(1, WORST + 1))


def test_intervals_are_over_people_where_there_are_enough() -> None:
    people = [_picture(1, 1, number % 2, f"p{number}") for number in range(10) for _ in range(9)]
    of_people = counting_figures(people, ["bee"], 0.5)
    alone = counting_figures([_picture(1, 1, number % 2) for number in range(90)], ["bee"], 0.5)
    assert of_people is not None
    assert alone is not None
    assert of_people["f1"] is not None
    assert alone["f1"] is not None
    width, narrow = (each["high"] - each["low"] for each in (of_people["f1"], alone["f1"]))
    assert width > 2 * narrow


@pytest.mark.slow
def test_the_rune_itself_is_judged(tmp_path: Path) -> None:
    dataset: Dataset = read_dataset(write_counting(tmp_path / "s", 64), RECIPE, {})
    model = candidate_model(RECIPE, VALUES, 2, "int8")
    text = whole_runefile(RECIPE, VALUES, "m.tflite", model, dataset.labels, threshold=Threshold(0.99, 0.99, 0))
    rune = JudgedRune(text, {"m.tflite": model}, "objects", 0.99, beside=Port("objects", 1))
    rows_of = partial(rows_of_split, report=report)
    judgement = judge_counts(rune, VALUES, dataset, Split.TEST, rows_of).to_json(dataset.labels)
    recordings: list[Recording] = [
        each for each, own in zip(dataset.recordings, dataset.splits, strict=True) if own is Split.TEST
    ]
    assert (judgement["samples"], judgement["accuracy"]) == (len(recordings), None)
    assert judgement["counting"]["objects"] == sum(len(each.positions or ()) for each in recordings)
    assert judgement["counting"]["threshold"] == 0.99
