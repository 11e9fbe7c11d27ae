"""Small recordings of each kind that a recipe learns from."""

from __future__ import annotations

from pathlib import Path

from lab.recipes.recipe import Recipe
from rune.datasets.content.content import Kind
from rune.datasets.learnable import WORD, LearnedAnswer
from tests.support.training.counting_data import write_counting
from tests.support.training.motion_data import write_machine, write_motion
from tests.support.training.sight_and_sound_data import write_fan, write_pictures, write_sounds
from tests.support.training.table_data import write_tables


def write_recordings(kind: Kind, folder: Path, count: int) -> Path:
    """Writes `count` recordings of each label into a folder for each. Of motion, each is of another person."""
    match kind:
        case Kind.MOTION:
            return write_motion(folder, people=count, takes=1)
        case Kind.SOUND:
            return write_sounds(folder, count)
        case Kind.PICTURE:
            return write_pictures(folder, count)
        case Kind.TABLE:
            return write_tables(folder, count, length=80)


def write_for(recipe: Recipe, folder: Path, count: int) -> Path:
    """Writes recordings that a recipe learns from: some have the label that it looks for."""
    answer = recipe.task.learned_answer
    if answer is LearnedAnswer.OBJECTS:
        return write_counting(folder, 6 * count, groups=0)
    if answer is LearnedAnswer.NORMAL:
        return write_fan(folder, count) if recipe.kind is Kind.SOUND else write_machine(folder, people=count)
    write_recordings(recipe.kind, folder, count)
    if answer is LearnedAnswer.WORD:
        (folder / "rise").rename(folder / WORD)
    return folder
