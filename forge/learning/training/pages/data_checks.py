"""Sentences of the form about the chosen data before a start: its splits, its contents for recipes, and its lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forge.core.errors import Invalid
from forge.datasets.models import DataVersion
from forge.learning.learnable_data.requirements import PLACES, VersionData, data_problem, met_needs, version_data
from forge.learning.recipes import RecipeJson, checked_arguments
from forge.learning.training.sizes.figures import FIGURES
from forge.projects.models import Project
from rune.datasets.learnable import DataProblem
from rune.datasets.splits import Split
from rune.devices.boards.board import Board
from rune.devices.boards.lookup import UnknownBoard, find_board
from rune.source.policy import POLICY_FILE
from rune.wording import size_text

MOST_CHECKED = 20_000
"""Samples of a version that a page checks; the start checks any."""


@dataclass(frozen=True)
class RecipeCard:
    """A recipe that can be chosen. `fit` is what it finds in the data, and `problem` why it cannot learn from it."""

    recipe: RecipeJson
    fit: str = ""
    problem: DataProblem | None = None


@dataclass(frozen=True)
class SplitPart:
    """A part of the bar of a version: how many samples a split has, and where it is in a bar of 100."""

    name: str
    count: int
    place: float
    width: float


@dataclass(frozen=True)
class Lack:
    """The reason why the recipe cannot learn from the chosen version, and the page of the project where that is
    fixed."""

    text: str
    page: str
    link: str


@dataclass(frozen=True)
class BoardLimit:
    """The bound of a figure on a board, by `forge.yml` or by the board itself; None where nothing bounds it."""

    figure: str
    bound: int | None
    text: str


@dataclass(frozen=True)
class ChosenBoard:
    """A chosen board with what bounds a rune on it."""

    board: Board
    limits: Sequence[BoardLimit]


def checked_data(version: DataVersion, project: Project) -> VersionData | None:
    """The samples of a version that may be learned from; None of one that is too large to be checked for a page."""
    return version_data(version, project) if version.figures["samples"] <= MOST_CHECKED else None


def recipe_card(recipe: RecipeJson, data: VersionData | None) -> RecipeCard:
    """The card of a recipe, with what it finds in the data if that is given."""
    if data is None:
        return RecipeCard(recipe)
    defaults = {each["name"]: each["default"] for each in recipe["arguments"]}
    problem = data_problem(data, recipe, defaults)
    return RecipeCard(recipe, "" if problem else met_needs(data, recipe), problem)


def lack_of(data: VersionData, recipe: RecipeJson, arguments: Mapping[str, object]) -> Lack | None:
    """Returns the reason against a run of a recipe on this data; None where there is none."""
    try:
        values = checked_arguments(recipe, arguments)
    except Invalid:
        values = checked_arguments(recipe, {})
    problem = data_problem(data, recipe, values)
    if problem is None:
        return None
    page, link = PLACES[problem.place]
    return Lack(problem.text, page, link)


def split_bar(version: DataVersion, data: VersionData | None) -> list[SplitPart]:
    """The parts of a version, as its list of samples says, from left to right. A run does not read those for tests."""
    of_version = version.figures["splits"]
    counts = of_version if data is None else {**data.splits, Split.TEST: of_version.get(Split.TEST.value, 0)}
    total = sum(counts.values()) or 1
    parts: list[SplitPart] = []
    place = 0.0
    for split in Split:
        width = 100 * counts.get(split.value, 0) / total
        parts.append(SplitPart(split.value, counts.get(split.value, 0), place, width))
        place += width
    return parts


def board_columns(keys: Sequence[str], limits: Mapping[str, Mapping[str, float]]) -> list[ChosenBoard]:
    """The chosen boards that exist, with their bounds."""
    columns = []
    for key in keys:
        try:
            board = find_board(key)
        except UnknownBoard:
            continue
        of_target = limits.get(board.target, {})
        columns.append(ChosenBoard(board, [_limit(name, board, of_target) for name in FIGURES]))
    return columns


def _limit(figure: str, board: Board, limits: Mapping[str, float]) -> BoardLimit:
    if figure in limits:
        bound = int(limits[figure])
        text = f"{bound:,}" if figure == "instructions" else size_text(bound)
        return BoardLimit(figure, bound, f"at most {text}, by {POLICY_FILE}")
    rooms = {"ram": board.ram, "flash": board.flash}
    if figure in rooms:
        return BoardLimit(figure, rooms[figure], f"of {size_text(rooms[figure])}")
    return BoardLimit(figure, None, "")
