"""Pictures for a recipe that counts: those in which somebody marked the objects, and what they need to have. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.dataset.recording import Recording
from lab.dataset.requirements import refuse
from rune.datasets.learnable import marks_problem
from rune.datasets.positions import label_of_positions
from rune.wording import counted


@dataclass(frozen=True)
class MarkedPictures:
    """Pictures with positions, each under the label of most of its objects, the labels of all objects, and sentences
    about what is left out."""

    recordings: Sequence[Recording]
    labels: Sequence[str]
    notes: Sequence[str]


def marked_pictures(recordings: Sequence[Recording], recipe: str) -> MarkedPictures:
    """Returns the pictures that somebody marked. Raises `Refused` where there are none, too few, or no object."""
    refuse(marks_problem(recordings, recipe))
    marked_recordings = [
        replace(each, label=label_of_positions(each.positions)) for each in recordings if each.positions is not None
    ]
    labels = sorted({position.label for each in marked_recordings for position in each.positions or ()})
    left_out = len(recordings) - len(marked_recordings)
    notes = (f"{counted(left_out, 'picture')} without marks {'is' if left_out == 1 else 'are'} left out.",)
    return MarkedPictures(marked_recordings, labels, notes if left_out else ())


def by_object(recordings: Sequence[Recording]) -> list[tuple[int, Recording]]:
    """The place of each picture with the picture, once for each label of its objects and under that label."""
    return [
        (place, replace(each, label=label))
        for place, each in enumerate(recordings)
        for label in sorted({position.label for position in each.positions or ()})
    ]
