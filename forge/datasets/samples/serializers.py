"""Changes of samples as JSON: labels, marked places, parts and deleting."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from rest_framework import serializers

from forge.datasets.samples.actions import PreviousMarks, ProposedParts, SampleEventJson, SampleMark, UnchangedValue
from rune.datasets.label_names import WORD_LIMIT
from rune.datasets.positions import MAX_POSITIONS, ObjectPositionJson


class DataMarkBeforeJson(TypedDict):
    """The previous values of a sample."""

    number: int
    label: str
    is_excluded: bool
    events: NotRequired[list[SampleEventJson] | None]
    positions: NotRequired[list[ObjectPositionJson] | None]
    disputed: NotRequired[bool]


class DataPartJson(TypedDict):
    """A part of a recording, from `start` up to and without `end`."""

    start: Annotated[int, "milliseconds of a sound, rows of motion"]
    end: int


class DataPartsJson(TypedDict):
    """The parts of a recording that are louder, or move more, than the rest of it."""

    length: Annotated[int, "milliseconds of a sound, rows of motion"]
    parts: list[DataPartJson]


class DataDeletedJson(TypedDict):
    """The number of samples that were deleted."""

    samples: int


class DataMarkedJson(TypedDict):
    """The previous values of samples. Sent back with `revision`, they undo the change."""

    revision: int
    before: list[DataMarkBeforeJson]


class DataEventSerializer(serializers.Serializer[None]):
    """A marked place of a long recording, in seconds."""

    # A field; the class has one of its own.
    label = serializers.CharField(max_length=WORD_LIMIT)  # type: ignore[assignment]
    start = serializers.FloatField(min_value=0)
    end = serializers.FloatField(min_value=0)


class DataPositionSerializer(serializers.Serializer[None]):
    """The centre of an object in a picture, as fractions of its width and height."""

    # A field; the class has one of its own.
    label = serializers.CharField(max_length=WORD_LIMIT)  # type: ignore[assignment]
    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)


class DataChangeSerializer(serializers.Serializer[None]):
    """A sample and what of it changes; what is not named stays."""

    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    # A field; the class has one of its own.
    label = serializers.CharField(max_length=WORD_LIMIT, required=False, allow_blank=True)  # type: ignore[assignment]
    is_excluded = serializers.BooleanField(required=False)
    events = DataEventSerializer(
        many=True,
        required=False,
        allow_null=True,
        help_text="where labels happen in a sound; null: its label holds for all of it",
    )
    positions = DataPositionSerializer(
        many=True,
        required=False,
        allow_null=True,
        help_text=f"where objects are in a picture, at most {MAX_POSITIONS}; empty: none; null: nobody looked",
    )
    confirms = serializers.BooleanField(
        required=False, help_text="`true`: a person says that the label it has is right, so it is not in doubt any more"
    )
    disputed = serializers.BooleanField(
        required=False, help_text="`true`: people disagree about its label; a new or confirmed label settles that"
    )
    accepts = serializers.BooleanField(
        required=False, help_text="`true`: its label becomes the one that is proposed; `label` is not looked at"
    )


class DataLabelledPartSerializer(serializers.Serializer[None]):
    """A part of a recording with its label."""

    start = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="milliseconds of a sound, or rows")
    end = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    # A field; the class has one of its own.
    label = serializers.CharField(max_length=WORD_LIMIT, allow_blank=True)  # type: ignore[assignment]


class DataCutSerializer(serializers.Serializer[None]):
    """The parts of a recording that become samples."""

    revision = serializers.IntegerField(
        min_value=0, max_value=2**53, help_text="the revision that the sample was read at"
    )
    parts = DataLabelledPartSerializer(many=True)


class DataDeletionSerializer(serializers.Serializer[None]):
    """The samples that are deleted."""

    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1), min_length=1, max_length=5000
    )


class DataMarksSerializer(serializers.Serializer[None]):
    """Changes of samples."""

    revision = serializers.IntegerField(
        min_value=0, max_value=2**53, help_text="the revision that the samples were read at"
    )
    changes = DataChangeSerializer(many=True)


def mark_to_json(mark: SampleMark) -> DataMarkBeforeJson:
    """Returns the previous values of a sample as JSON."""
    before: DataMarkBeforeJson = {
        "number": mark.number,
        "label": mark.label or "",
        "is_excluded": bool(mark.is_excluded),
    }
    if not isinstance(mark.events, UnchangedValue):
        before["events"] = None if mark.events is None else list(mark.events)
    if not isinstance(mark.positions, UnchangedValue):
        before["positions"] = None if mark.positions is None else list(mark.positions)
    if mark.disputed is not None:
        before["disputed"] = mark.disputed
    return before


def marked_to_json(change: PreviousMarks) -> DataMarkedJson:
    """Returns the previous values of all samples of a change as JSON."""
    return {"revision": change.revision, "before": [mark_to_json(each) for each in change.before]}


def parts_to_json(proposal: ProposedParts) -> DataPartsJson:
    """Returns proposed parts as JSON."""
    return {"length": proposal.length, "parts": [{"start": each.start, "end": each.end} for each in proposal.parts]}
