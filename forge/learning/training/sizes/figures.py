"""The figures of sizes and of a form's settings on boards, and by how much they break a limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from forge.compute.scheduler.slots import Party
from forge.core.blobs.store import read_blob
from forge.core.errors import Invalid
from forge.learning.recipes import RecipeJson, RecipeSizeJson, checked_arguments, recipe_of
from forge.learning.training.access import checked_backbone
from forge.learning.training.declarations import declared_of
from forge.learning.training.sizes.candidates import CountedBackbone, CountedShape, SizeCandidate
from forge.learning.training.sizes.counting import SizeEventJson, size_counter
from forge.projects.models import Project
from rune.datasets.learnable import MAX_LABELS
from rune.devices.boards.board import Board
from rune.devices.boards.fit import run_time
from rune.devices.boards.lookup import UnknownBoard, find_board
from rune.source.policy import POLICY_FILE
from rune.source.policy.sections.models import FORMS
from rune.source.policy.sections.training import DEFAULT_FORM
from rune.wording import size_text

FIGURES = ("ram", "flash", "instructions")
"""The figures that a limit or a board can be too small for."""
LEARNING_GROUPS = ("Augmentation", "Optimiser")
"""The groups of arguments that change how something is learned, and nothing of what the rune needs."""
UNITS: Mapping[str, str] = {"ram": "RAM", "flash": "flash", "instructions": "instructions"}


@dataclass(frozen=True)
class Excess:
    """A figure that is over a limit: by how much, and whose limit that is, `forge.yml` or a board."""

    figure: str
    by: int
    limit: int
    of: str

    @property
    def text(self) -> str:
        """The text for people: "7.7 kB RAM too much"."""
        if self.figure == "instructions":
            return f"{self.by:,} instructions too many"
        return f"{size_text(self.by)} {UNITS[self.figure]} too much"


@dataclass(frozen=True)
class BoardNeeds:
    """The needs of settings on a board; None where they are not counted yet. `refusal` says why they cannot be."""

    board: Board
    is_counting: bool
    ram: int | None = None
    flash: int | None = None
    model: int | None = None
    instructions: int | None = None
    milliseconds: tuple[float, float] | None = None
    refusal: str = ""
    excess: Sequence[Excess] = ()


@dataclass(frozen=True)
class CountedSize:
    """A size of a recipe, and what it needs."""

    size: RecipeSizeJson
    needs: BoardNeeds


@dataclass(frozen=True)
class RecipeSizes:
    """The sizes of a recipe on one or two boards, each figure that of the board that needs more."""

    recipe: str
    boards: Sequence[Board]
    sizes: Sequence[CountedSize]

    @property
    def is_counting(self) -> bool:
        return any(each.needs.is_counting for each in self.sizes)


@dataclass(frozen=True)
class CountedSettings:
    """Settings that somebody has written into a form, of which some figures follow. `labels` is how many the data has;
    `columns` how many columns its tables have, 0 where that is not known."""

    recipe: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    labels: int = 2
    columns: int = 0
    form: str = DEFAULT_FORM
    backbone: str = ""
    start: str = ""


def sizes_of(
    project: Project,
    recipe: str,
    board: str,
    labels: int,
    *,
    party: Party | None = None,
    columns: int = 0,
    form: str = DEFAULT_FORM,
    backbone: str = "",
    second_board: str = "",
) -> RecipeSizes:
    """Returns the needs of each size of a recipe on a board, or of the slower of two. Begins to count what is not
    known, and does not wait for it.

    Raises `Invalid` and `TooOften`."""
    known_recipe = recipe_of(recipe)
    known_boards = [_board(each) for each in dict.fromkeys((board, second_board)) if each]
    settings = CountedSettings(recipe, {}, labels, columns, form, backbone)
    sizes = known_recipe["sizes"]
    counted_needs = _needs(project, known_recipe, settings, [each["arguments"] for each in sizes], known_boards, party)
    own = zip(sizes, counted_needs, strict=True)
    return RecipeSizes(recipe, known_boards, [CountedSize(size, slower_of(needs)) for size, needs in own])


def slower_of(needs: Sequence[BoardNeeds]) -> BoardNeeds:
    """Returns the needs of settings on several boards as one: the larger figure of each, and what breaks a limit of any
    board. As long as one board is not counted, nothing is."""
    first = needs[0]
    unknown = next((each for each in needs if each.refusal), None) or next(
        (each for each in needs if each.is_counting), None
    )
    if unknown is not None or len(needs) == 1:
        return unknown or first
    slowest = max(needs, key=lambda each: (each.milliseconds or (0.0, 0.0))[1])
    return BoardNeeds(
        slowest.board,
        is_counting=False,
        ram=_largest(each.ram for each in needs),
        flash=_largest(each.flash for each in needs),
        model=_largest(each.model for each in needs),
        instructions=_largest(each.instructions for each in needs),
        milliseconds=slowest.milliseconds,
        excess=[excess for each in needs for excess in each.excess],
    )


def _largest(figures: Iterable[int | None]) -> int | None:
    """Returns the largest figure; None where one is not known, since it may be larger."""
    known_figures: list[int] = []
    for each in figures:
        if each is None:
            return None
        known_figures.append(each)
    return max(known_figures, default=None)


def needs_of_settings(
    project: Project, settings: CountedSettings, boards: Sequence[str], party: Party | None = None
) -> list[BoardNeeds]:
    """Returns what settings need on each board. Begins to count what is not known, and does not wait for it.

    Raises `Invalid` and `TooOften`."""
    recipe = recipe_of(settings.recipe)
    known_boards = [_board(each) for each in dict.fromkeys(boards)]
    arguments = checked_arguments(recipe, settings.arguments, begins_with_model=bool(settings.start))
    if settings.start:
        reason = "Counted at the end of the run, with the network of the file that it begins with."
        return [BoardNeeds(each, is_counting=False, refusal=reason) for each in known_boards]
    return _needs(project, recipe, settings, [arguments], known_boards, party)[0]


def _needs(
    project: Project,
    recipe: RecipeJson,
    settings: CountedSettings,
    values: Sequence[Mapping[str, float]],
    boards: Sequence[Board],
    party: Party | None,
) -> list[list[BoardNeeds]]:
    """The needs for each of some values on each board."""
    if not 1 <= settings.labels <= MAX_LABELS:
        raise Invalid(f"The data has 1 to {MAX_LABELS} labels.", errors={"labels": [f"From 1 to {MAX_LABELS}."]})
    if settings.form not in FORMS:
        raise Invalid(f"A model is quantised as {', '.join(FORMS)}.", errors={"form": ["Choose a form."]})
    try:
        path, digest = checked_backbone(project, recipe, settings.backbone)
    except Invalid as error:
        return [[BoardNeeds(each, is_counting=False, refusal=str(error)) for each in boards] for _ in values]
    shape = CountedShape(
        recipe["name"], settings.form, settings.labels, settings.columns, CountedBackbone(path, digest)
    )
    candidates = [
        SizeCandidate(shape, _counted_values(recipe, own), board.target) for own in values for board in boards
    ]
    data = read_blob(digest) if digest else b""
    answers = iter(size_counter.needs_of(party or Party(project.organisation_id), candidates, data))
    limits = declared_of(project).of_targets
    return [[_board_needs(board, next(answers), limits.get(board.target, {})) for board in boards] for _ in values]


def _counted_values(recipe: RecipeJson, values: Mapping[str, float]) -> dict[str, float]:
    """The values with the defaults of those that the rune has nothing of, so that they are not counted again."""
    return {
        each["name"]: each["default"] if each["group"] in LEARNING_GROUPS else values[each["name"]]
        for each in recipe["arguments"]
    }


def _board(key: str) -> Board:
    """Raises `Invalid`."""
    try:
        return find_board(key)
    except UnknownBoard as error:
        raise Invalid(str(error), errors={"board": [str(error)]}) from error


def _board_needs(board: Board, answer: SizeEventJson | None, limits: Mapping[str, float]) -> BoardNeeds:
    if answer is None:
        return BoardNeeds(board, is_counting=True)
    if "needs" not in answer:
        return BoardNeeds(board, is_counting=False, refusal=answer.get("refusal", ""))
    needs = answer["needs"]
    instructions = needs["instructions"]
    time = None if instructions is None else run_time(instructions, board)
    return BoardNeeds(
        board,
        False,
        needs["ram"],
        needs["flash"],
        answer.get("model"),
        instructions,
        None if time is None else (time.least, time.most),
        "",
        exceeded({"ram": needs["ram"], "flash": needs["flash"], "instructions": instructions}, board, limits),
    )


def exceeded(figures: Mapping[str, int | None], board: Board, limits: Mapping[str, float]) -> Sequence[Excess]:
    """Returns the figures that are over a limit of `forge.yml`, or else over what the board has."""
    rooms = {"ram": board.ram, "flash": board.flash}
    over: list[Excess] = []
    for name in FIGURES:
        figure = figures[name]
        if figure is None:
            continue
        bounds = [(int(limits[name]), POLICY_FILE)] if name in limits else []
        bounds += [(rooms[name], board.name)] if name in rooms else []
        broken_bounds = [(bound, of) for bound, of in bounds if figure > bound]
        if broken_bounds:
            bound, of = min(broken_bounds)
            over.append(Excess(name, figure - bound, bound, of))
    return over
