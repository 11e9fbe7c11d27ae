"""The JSON of sizes and of the needs of settings, and the settings that come in."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.learning.training.kinds import DEFAULT_BOARDS
from forge.learning.training.sizes.figures import BoardNeeds, CountedSize, Excess, RecipeSizes
from rune.datasets.learnable import MAX_LABELS
from rune.devices.boards.board import Board
from rune.source.policy.sections.models import FORMS
from rune.source.policy.sections.training import DEFAULT_FORM, MAX_ARGUMENTS

MAX_COLUMNS = 10_000


class SizeBoardJson(TypedDict):
    """A board."""

    key: str
    name: str


class ExcessJson(TypedDict):
    """A figure that is over a limit, and by how much."""

    figure: Annotated[str, "`ram`, `flash` or `instructions`"]
    by: int
    limit: int
    of: Annotated[str, "`forge.yml`, or the name of the board"]
    text: Annotated[str, "for people"]


class CountedFiguresJson(TypedDict):
    """The needs of settings on a board, before anything is trained. Figures are null while they are counted."""

    ram: Annotated[int | None, "bytes"]
    flash: Annotated[int | None, "bytes"]
    model: Annotated[int | None, "bytes of the model file"]
    instructions: Annotated[int | None, "of one run; also null where no emulator counts them"]
    milliseconds: Annotated[list[float] | None, "the lowest and the highest estimate of one run"]
    refusal: Annotated[str, 'why it cannot be counted; "" otherwise']
    excess: list[ExcessJson]


class TrainingSizeJson(CountedFiguresJson):
    """A size of a recipe, and what it needs."""

    name: Annotated[str, "`small`, `balanced` or `accurate`"]
    title: str
    advice: str
    arguments: dict[str, float]


class TrainingSizesJson(TypedDict):
    """The sizes of a recipe on a board, or on the slower of two. Ask again while `is_counting`: the first count takes a
    few seconds."""

    recipe: str
    board: SizeBoardJson
    boards: Annotated[list[SizeBoardJson], "all that were asked for; each figure is that of the one that needs more"]
    is_counting: bool
    sizes: list[TrainingSizeJson]


class BoardFiguresJson(CountedFiguresJson):
    """The needs of settings on a board."""

    board: SizeBoardJson


class TrainingNeedsJson(TypedDict):
    """The needs of settings on boards. Ask again while `is_counting`."""

    is_counting: bool
    boards: list[BoardFiguresJson]


class _ShapeSerializer(serializers.Serializer[None]):
    """The facts from which figures follow, beside the arguments."""

    recipe = serializers.CharField(max_length=40)
    labels = serializers.IntegerField(
        min_value=1, max_value=MAX_LABELS, required=False, default=2, help_text="how many labels the data has"
    )
    columns = serializers.IntegerField(
        min_value=0,
        max_value=MAX_COLUMNS,
        required=False,
        default=0,
        help_text="how many columns the tables of the data have",
    )
    form = serializers.ChoiceField(choices=FORMS, required=False, default=DEFAULT_FORM)
    backbone = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class SizesQuerySerializer(_ShapeSerializer):
    """The sizes that are asked for."""

    board = serializers.CharField(max_length=60, required=False, default=DEFAULT_BOARDS[0])
    second_board = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class CountedSettingsSerializer(_ShapeSerializer):
    """The settings whose needs are asked for."""

    arguments = serializers.DictField(
        child=serializers.FloatField(), required=False, default=dict, help_text="others have their defaults"
    )
    boards = serializers.ListField(
        child=serializers.CharField(max_length=60),
        min_length=1,
        max_length=2,
        required=False,
        default=list(DEFAULT_BOARDS),
    )
    start = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)

    def validate_arguments(self, value: dict[str, float]) -> dict[str, float]:
        """Raises `ValidationError`."""
        if len(value) > MAX_ARGUMENTS:
            raise serializers.ValidationError(f"At most {MAX_ARGUMENTS} arguments.")
        return value


def sizes_to_json(sizes: RecipeSizes) -> TrainingSizesJson:
    return {
        "recipe": sizes.recipe,
        "board": _board_to_json(sizes.boards[0]),
        "boards": [_board_to_json(each) for each in sizes.boards],
        "is_counting": sizes.is_counting,
        "sizes": [_size_to_json(each) for each in sizes.sizes],
    }


def needs_to_json(rows: list[BoardNeeds]) -> TrainingNeedsJson:
    return {
        "is_counting": any(each.is_counting for each in rows),
        "boards": [{"board": _board_to_json(each.board), **_figures_to_json(each)} for each in rows],
    }


def _size_to_json(counted_size: CountedSize) -> TrainingSizeJson:
    size = counted_size.size
    return {
        "name": size["name"],
        "title": size["title"],
        "advice": size["advice"],
        "arguments": size["arguments"],
        **_figures_to_json(counted_size.needs),
    }


def _figures_to_json(needs: BoardNeeds) -> CountedFiguresJson:
    return {
        "ram": needs.ram,
        "flash": needs.flash,
        "model": needs.model,
        "instructions": needs.instructions,
        "milliseconds": None if needs.milliseconds is None else list(needs.milliseconds),
        "refusal": needs.refusal,
        "excess": [_excess_to_json(each) for each in needs.excess],
    }


def _excess_to_json(excess: Excess) -> ExcessJson:
    return {"figure": excess.figure, "by": excess.by, "limit": excess.limit, "of": excess.of, "text": excess.text}


def _board_to_json(board: Board) -> SizeBoardJson:
    return {"key": board.key, "name": board.name}
