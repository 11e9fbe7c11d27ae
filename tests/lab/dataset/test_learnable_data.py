"""A server finds the same problem in the list of a data set as a run does in its recordings, in the same words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lab.dataset.recording import Recording
from lab.dataset.requirements import require_recordings, require_splits
from lab.dataset.splitting import divide
from lab.recipes.catalogue import recipe_of
from lab.refusal import Refused
from lab.training.data import read_dataset
from rune.datasets.content.content import Kind, Quality
from rune.datasets.learnable import DataRecording, first_problem
from tests.support.cases import each_case
from tests.support.training.motion_data import write_motion

pytestmark = pytest.mark.protects("availability/unlearnable-runs")


def recording(label: str, person: int, split: str = "") -> Recording:
    return Recording(
        f"{label}/{person}.csv", label, f"{label}{person}".encode(), Kind.MOTION, Quality.GOOD, f"p{person}", split
    )


def as_listed(recordings: Sequence[Recording]) -> list[DataRecording]:
    return [DataRecording(each.name, each.kind, each.label, each.group, each.split, each.digest) for each in recordings]


@each_case(
    "recordings",
    [
        [recording("a", each) for each in range(5)],
        [recording(label, each) for label in "ab" for each in range(4)],
        [recording(label, each, split) for label in "ab" for each, split in enumerate(("train", "validation"))],
        [recording(label, each, split) for label in "ab" for each, split in enumerate(("train", "test"))],
        [recording(label, each, split) for label in "ab" for each, split in enumerate(("train", "train", "test"))],
    ],
    ids=["one-label", "few-people", "no-test", "no-validation", "enough"],
)
def test_a_run_and_a_server_refuse_the_same_data(recordings: list[Recording]) -> None:
    recipe = recipe_of("motion")
    problem = first_problem(as_listed(recordings), recipe.kind, recipe.task.learned_answer, recipe.name)
    refusal = None
    try:
        require_recordings(recordings, recipe.kind, recipe.name)
        require_splits(recordings, divide(recordings, {}).of_recordings)
    except Refused as error:
        refusal = str(error)
    assert refusal == (None if problem is None else problem.text)


@each_case(
    ("recipe", "text"),
    [("anomaly", "Name the one of normal recordings normal"), ("keywords", "learns from sound, and ")],
    ids=["not-normal", "kind"],
)
def test_a_folder_is_refused_in_the_same_words(tmp_path: Path, recipe: str, text: str) -> None:
    known_recipe = recipe_of(recipe)
    folder = write_motion(tmp_path / recipe) or tmp_path / recipe
    with pytest.raises(Refused, match=text):
        read_dataset(folder, known_recipe, {})
