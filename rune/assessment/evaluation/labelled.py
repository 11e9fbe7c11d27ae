"""The data of a labelled sample, independent of where its bytes come from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rune.datasets.label_names import split_of


class EvaluationSplit(StrEnum):
    """The purpose of a sample."""

    TRAIN = "train"
    """The model may learn from it, so it says nothing about how good the model is."""
    TEST = "test"
    """Each evaluation runs it."""
    HOLDOUT = "holdout"
    """Held out for a last, unbiased look: run only when it is asked for."""

    @staticmethod
    def from_name(name: str) -> EvaluationSplit | None:
        """The split that a name means, of this or of another tool, in any case. What a data set has for validation is
        held out."""
        split = split_of(name) or name.lower()
        if split in ("validation", "holdout"):
            return EvaluationSplit.HOLDOUT
        return EvaluationSplit(split) if split in ("train", "test") else None


@dataclass(frozen=True)
class RecordedEvent:
    """An event of a recording: its label and its seconds from the beginning, `start` before `end`."""

    label: str
    start: float
    end: float


@dataclass(frozen=True)
class LabelledSample:
    """A recording or picture and the answer that is right for it.

    `read` gives the file's bytes and raises `FileError` or `OSError`. `events` are the marked places of a long
    recording; without them the label holds for all of it.
    """

    name: str
    label: str
    read: Callable[[], bytes]
    split: EvaluationSplit = EvaluationSplit.TEST
    events: tuple[RecordedEvent, ...] | None = None


def same_label(label: str) -> str:
    """The form in which labels are compared: case, the number of spaces and the form of accents in Unicode do not
    count."""
    return unicodedata.normalize("NFC", " ".join(label.split()).casefold())
