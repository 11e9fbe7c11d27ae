"""The positions of objects in a picture, as a person marks them."""

from __future__ import annotations

from collections.abc import Sequence

from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.datasets.models import Sample
from forge.datasets.models.samples import SampleKind
from forge.datasets.playing import require_play
from rune.datasets.content.content import BadContent
from rune.datasets.positions import NOTHING, ObjectPositionJson, label_of_positions, positions_to_json, read_positions


def set_positions(actor: Actor, sample: Sample, positions_json: Sequence[ObjectPositionJson] | None) -> None:
    """Sets where objects are in a picture; None: nobody marked it, none: somebody found no object.

    A picture without a label gets that of most of its objects, since versions have labelled samples alone. Raises
    `Invalid`, and `PlayingRefused` for somebody who may not see the picture.
    """
    require_play(actor, sample)
    if sample.kind != SampleKind.PICTURE:
        raise Invalid(f"Sample {sample.number} is not a picture; only pictures have positions.")
    try:
        positions = read_positions(positions_json)
    except BadContent as error:
        raise Invalid(f"Sample {sample.number}: {error}") from None
    has_own_label = sample.label and not (sample.label == NOTHING and sample.positions == [])
    sample.positions = None if positions is None else positions_to_json(positions)
    if positions is not None and not has_own_label:
        sample.label = label_of_positions(positions)
        sample.labelled_by = actor.person
