"""The tasks that recipes learn: the rest of the package asks them, and never which of them it is."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import lab
from lab.dataset.dataset import Dataset
from lab.dataset.recording import Recording
from lab.dataset.windows import FeatureWindows
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import NETWORK_RECIPES, RECIPES
from lab.tasks.scaling import DataScaling, LearnedNumbers
from lab.tasks.task import LearnedWindows
from rune.datasets.content.content import Kind, Quality
from rune.datasets.positions import ObjectPosition
from rune.datasets.splits import Split

ASKS_WHICH_TASK = re.compile(r"LearnedAnswer\.|isinstance\(\S*task\b")
FOLDERS = ("augmentation", "command", "search", "training")


def flag_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if ASKS_WHICH_TASK.search(line)]


@pytest.mark.parametrize(
    "line", ["if recipe.task.learned_answer is LearnedAnswer.WORD:", "if isinstance(recipe.task, NumberTask):"]
)
def test_a_line_that_asks_which_task_it_is_is_found(line: str) -> None:
    assert flag_lines(f"    {line}\n        pass\n") == [f"    {line}"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_above_the_tasks_asks_which_one_it_is(folder: str) -> None:
    sources = (Path(lab.__file__).parent / folder).rglob("*.py")
    assert {path.name: lines for path in sources if (lines := flag_lines(path.read_text("utf-8")))} == {}


@pytest.mark.parametrize("name", NETWORK_RECIPES)
def test_a_step_is_compiled_for_answers_of_the_form_of_those_that_are_learned(name: str) -> None:
    """With another rank or type, the step of a network would be compiled a second time when the features are there."""
    task = RECIPES[name].task
    recordings = [
        Recording(f"{label}.wav", label, b"", Kind.SOUND, Quality.GOOD, positions=(ObjectPosition(label, 0.5, 0.5),))
        for label in ("one", "two")
    ]
    dataset = Dataset(recordings, [Split.TRAIN] * 2, ["one", "two"], {}, ())
    windows = FeatureWindows(np.ones((2, 6), np.float32), np.array([0, 1]), ())
    learned_windows = LearnedWindows(windows, LearnedNumbers(np.array([1.0, 3.0]), None))
    answers = task.answers(dataset, learned_windows, DataScaling((), (), 2.0, 1.0))
    blank = task.blank_answers(2, (6,))
    assert (answers.dtype, answers.shape) == (blank.dtype, blank.shape)


@pytest.mark.parametrize("name", NETWORK_RECIPES)
def test_the_curve_of_a_network_is_that_of_its_objective(name: str) -> None:
    recipe = RECIPES[name]
    assert recipe.task.objective(read_arguments(recipe.arguments, {}, name)).curve == recipe.task.curve


@pytest.mark.parametrize("name", RECIPES)
def test_sounds_are_made_by_arguments_of_the_recipe(name: str) -> None:
    recipe = RECIPES[name]
    assert {*recipe.task.generation} <= {each.name for each in recipe.arguments}
