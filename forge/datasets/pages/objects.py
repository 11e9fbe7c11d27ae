"""The objects of one picture as its page shows them: dots on the picture, counts, and the labels for further ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forge.core.actors import Actor
from forge.datasets.access import samples_of
from forge.datasets.models import Sample
from forge.datasets.models.samples import SampleKind
from forge.datasets.sample_cards import MARKS, marks_of
from forge.projects.models import Project
from rune.datasets.positions import MAX_POSITIONS, NOTHING, Positions, counts_of, read_positions

_LOOKED_AT = 50
"""Pictures, the last ones that changed, whose objects give labels for further ones."""
_KEYS = 9
"""Labels with a key: 1 to 9."""


@dataclass(frozen=True)
class ObjectDot:
    """An object on a picture. `left` and `top` are percent, as SVG reads them."""

    label: str
    left: str
    top: str
    mark: int


@dataclass(frozen=True)
class ObjectLabel:
    """A label that objects have or may get, with how many of the picture have it."""

    label: str
    key: str
    mark: int
    count: int


@dataclass(frozen=True)
class PictureObjects:
    """The objects of a picture as its page shows them."""

    is_marked: bool
    dots: Sequence[ObjectDot]
    labels: Sequence[ObjectLabel]
    positions_json: str
    """The positions as JSON, for the script that edits them; "null" where nobody marked them."""
    most: int = MAX_POSITIONS
    marks: int = MARKS
    """Marks that a label which somebody adds may get."""

    @property
    def counts(self) -> Sequence[ObjectLabel]:
        """The labels that objects of the picture have, the most frequent first."""
        return sorted((each for each in self.labels if each.count), key=lambda each: (-each.count, each.label))


def picture_objects(actor: Actor, project: Project, sample: Sample, labels: Sequence[str]) -> PictureObjects | None:
    """Returns the objects of a picture, None for another kind of sample. `labels` are those of the project's samples,
    sorted: they keep the marks and keys that they have beside the list."""
    if sample.kind != SampleKind.PICTURE:
        return None
    marked_samples = (
        samples_of(actor, project).select_related(None).filter(positions__isnull=False).order_by("-revision")
    )
    recent = marked_samples.values_list("positions", flat=True)[:_LOOKED_AT]
    seen_labels = {each["label"] for positions in [*recent, sample.positions] for each in positions or ()}
    names = [*labels, *sorted(seen_labels - set(labels))]
    return objects_of(read_positions(sample.positions), sample, names)


def objects_of(positions: Positions | None, sample: Sample, names: Sequence[str]) -> PictureObjects:
    """Returns the objects of a picture whose labels are among `names`, which give the marks and the keys."""
    marks, counts = marks_of(names), counts_of(positions or ())
    return PictureObjects(
        positions is not None,
        [ObjectDot(each.label, _percent(each.x), _percent(each.y), marks[each.label]) for each in positions or ()],
        [_label(place, name, marks, counts) for place, name in enumerate(names, 1) if name != NOTHING],
        json.dumps(sample.positions),
    )


def _label(place: int, name: str, marks: Mapping[str, int], counts: Mapping[str, int]) -> ObjectLabel:
    return ObjectLabel(name, str(place) if place <= _KEYS else "", marks[name], counts.get(name, 0))


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.3f}%"
