"""The models of a change request as JSON, each beside the model that it replaces."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.comparison.figures import PackageFigures
from forge.learning.offers.stored_figures import FigureName, StoredFigures
from forge.learning.offers.trained_models import TrainedModelChange
from rune.assessment.evaluation.trials.background import BackgroundTrialJson


class HeldOutFigureJson(TypedDict):
    """A figure on recordings of a split that the model did not learn from, with its 95 % interval."""

    name: Annotated[FigureName, "shares are from 0 to 1; errors in the learned unit"]
    split: str
    value: float
    low: float
    high: float
    samples: int


class CountedNeedsJson(TypedDict):
    """The needs of a rune on a target: bytes, and instructions of one run, null where they are not counted."""

    flash: int
    ram: int
    instructions: int | None


class StoredFiguresJson(TypedDict):
    """The stored figures of a model."""

    origin: Annotated[str, 'such as "training run 3"']
    url: str
    data_version: Annotated[int | None, "with the recordings"]
    data_digest: Annotated[str, 'of that version; "" for none']
    held_out_figures: list[HeldOutFigureJson]
    needs: Annotated[dict[str, CountedNeedsJson], "of the whole rune, by target"]
    background: Annotated[
        BackgroundTrialJson | None, "the labels that the rune calls in silence, noise and tones; null where not tried"
    ]


class TrainedModelChangeJson(TypedDict):
    """A model that a run or a search gave, beside the model that it replaces."""

    path: str
    size: int
    now: StoredFiguresJson
    old_path: Annotated[str, 'of the file that it replaces; "" for none']
    old_size: int | None
    before: Annotated[StoredFiguresJson | None, "null where nothing is stored about the model that it replaces"]
    sentence: Annotated[str, "what it replaces, and what is unknown of that"]


def trained_model_change_to_json(change: TrainedModelChange) -> TrainedModelChangeJson:
    """A change, from `forge.learning.offers.trained_models`."""
    return {
        "path": change.path,
        "size": change.size,
        "now": _figures(change.now),
        "old_path": change.old_path,
        "old_size": change.old_size,
        "before": None if change.before is None else _figures(change.before),
        "sentence": change.sentence,
    }


def _figures(figures: StoredFigures) -> StoredFiguresJson:
    return {
        "origin": figures.origin,
        "url": figures.url,
        "data_version": figures.data_number or None,
        "data_digest": figures.data_digest,
        "held_out_figures": [
            {
                "name": each.name,
                "split": each.split,
                "value": each.value,
                "low": each.low,
                "high": each.high,
                "samples": each.samples,
            }
            for each in figures.held_out_figures
        ],
        "needs": {target: _needs(each) for target, each in figures.needs.items()},
        "background": None if figures.background is None else figures.background.to_json(),
    }


def _needs(needs: PackageFigures) -> CountedNeedsJson:
    return {"flash": needs.flash, "ram": needs.ram, "instructions": needs.instructions}
