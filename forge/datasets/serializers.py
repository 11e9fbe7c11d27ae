"""Samples as JSON, and what requests say of them."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.datasets.analysis.serializers import DataSampleAnalysisJson, sample_analysis_to_json
from forge.datasets.models.samples import Sample, SampleKind, SampleQuality, SampleSource, SampleSplit
from forge.datasets.playing import may_play
from forge.datasets.samples.actions import SampleEventJson
from forge.datasets.samples.drawing import DrawingJson
from rune.datasets.positions import ObjectPositionJson

KIND_CHOICES = choices("DataSampleKind", SampleKind.values)
SPLIT_CHOICES = choices("DataSampleSplit", SampleSplit.values)
_QUALITY = choices("DataSampleQuality", SampleQuality.values)
_SOURCE = choices("DataSampleSource", SampleSource.values)
POSITIONS_HELP = (
    "where objects are in a picture, as fractions of its width and height; null: nobody marked it; empty: somebody "
    "found none in it"
)


class DataGroupJson(TypedDict):
    """Somebody or something that samples come from."""

    number: int
    name: Annotated[str, "a pseudonym, or the name of somebody with an account"]


class DataSampleJson(TypedDict):
    """A sample of a data set."""

    number: Annotated[int, "no other sample of the data set ever has it"]
    kind: Annotated[str, KIND_CHOICES]
    digest: str
    size: int
    milliseconds: Annotated[int, "how long a sound lasts; 0 for other kinds"]
    drawing: Annotated[DrawingJson, "empty for who may not play it"]
    playable: Annotated[bool, "whether you may play it: `recording` gives its bytes"]
    quality: Annotated[str, _QUALITY]
    label: Annotated[str, '"" without a label']
    events: Annotated[
        list[SampleEventJson] | None, "where labels happen, in seconds; null: the label holds for all of it"
    ]
    positions: Annotated[list[ObjectPositionJson] | None, POSITIONS_HELP]
    labelled_by: PersonJson | None
    disputed: Annotated[bool, "whether two people label it otherwise"]
    split: Annotated[str, SPLIT_CHOICES]
    group: Annotated[DataGroupJson | None, "null for a sample of nobody"]
    device: str
    source: Annotated[str, _SOURCE]
    is_excluded: Annotated[bool, "whether versions are saved without it"]
    tested_since: Annotated[int | None, "the first version that has it as a test sample"]
    consent: Uuid
    ends: Annotated[Timestamp | None, "when it is deleted; null: when somebody deletes it"]
    created: Timestamp
    revision: Annotated[int, "of the data set, when it changed last"]
    analysis: Annotated[DataSampleAnalysisJson | None, "null before the sample was analysed"]


class DataNumbersJson(TypedDict):
    """The numbers of all samples that filters keep, newest first."""

    revision: Annotated[int, "of the data set; changes name it"]
    numbers: list[int]


class DataSettingsSerializer(serializers.Serializer[None]):
    """Changing who plays samples."""

    restricted = serializers.BooleanField(
        help_text="whether only those who manage the project play samples, besides the person who gave one"
    )


def sample_to_json(sample: Sample, actor: Actor) -> DataSampleJson:
    """A sample, found by `forge.datasets.access`, as a person may see it."""
    is_playable = may_play(actor, sample)
    analysis = getattr(sample, "analysis", None)
    return {
        "number": sample.number,
        "kind": sample.kind,
        "digest": sample.digest,
        "size": sample.size,
        "milliseconds": sample.milliseconds,
        "drawing": sample.drawing if is_playable else {},
        "playable": is_playable,
        "quality": sample.quality,
        "label": sample.label,
        "events": sample.events,
        "positions": sample.positions,
        "labelled_by": person_to_json(sample.labelled_by) if sample.labelled_by else None,
        "disputed": sample.is_disputed,
        "split": sample.split,
        "group": {"number": sample.group.number, "name": str(sample.group)} if sample.group else None,
        "device": sample.device,
        "source": sample.source,
        "is_excluded": sample.is_excluded,
        "tested_since": sample.tested_since,
        "consent": str(sample.consent_id),
        "ends": sample.consent.ends.isoformat() if sample.consent.ends else None,
        "created": sample.created.isoformat(),
        "revision": sample.revision,
        "analysis": None if analysis is None else sample_analysis_to_json(analysis, sample.label),
    }


SAMPLE = ActAnswer(for_actor=sample_to_json)
