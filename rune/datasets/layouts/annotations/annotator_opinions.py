"""Labels and marks of several people for one recording, and which of them count: the second label is never dropped
silently. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from rune.datasets.content.content import BadContent
from rune.datasets.layouts.annotations.boxes import MarkedObjects, do_agree
from rune.datasets.layouts.annotations.marked_places import MarkedPlace, longest_label

_SETTLE = "Settle it in the tool, for example by marking one as ground truth, and export again."


@dataclass(frozen=True)
class Opinion:
    """The labels and marks that one person gave a recording."""

    labels: Set[str]
    """The labels of the whole recording, and those of its marked places."""
    objects: MarkedObjects | None = None
    """The marked objects; None where the tool does not say whether somebody looked for them."""
    places: Sequence[MarkedPlace] = ()

    @property
    def label(self) -> str:
        """The label of the recording, "" without one."""
        whole = sorted(self.labels - {place.label for place in self.places})
        return whole[0] if whole else longest_label(self.places)


def agreed_opinion(opinions: Sequence[Opinion]) -> Opinion:
    """Returns the opinion that all share, an empty one where nobody has any. Raises `BadContent` where they differ, and
    for several labels of the whole recording."""
    for opinion in opinions:
        whole = opinion.labels - {place.label for place in opinion.places}
        if len(whole) > 1:
            raise BadContent("It has several labels. A sample has one.")
    if not opinions:
        return Opinion(frozenset())
    first = opinions[0]
    for other in opinions[1:]:
        if other.labels != first.labels:
            labels = ", ".join(sorted(first.labels | other.labels))
            raise BadContent(f"People gave it different labels: {labels}. {_SETTLE}")
        if not _have_same_objects(first.objects, other.objects) or not _have_same_places(first.places, other.places):
            raise BadContent(f"{len(opinions)} people marked it differently. {_SETTLE}")
    return first


def _have_same_objects(one: MarkedObjects | None, other: MarkedObjects | None) -> bool:
    return do_agree(one.boxes if one else (), other.boxes if other else ())


def _have_same_places(one: Sequence[MarkedPlace], other: Sequence[MarkedPlace]) -> bool:
    """Returns whether two people marked the same labels one after the other, at about the same time."""
    return len(one) == len(other) and all(
        ours.label == theirs.label and ours.start < theirs.end and theirs.start < ours.end
        for ours, theirs in zip(one, other, strict=True)
    )
