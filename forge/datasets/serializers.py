"""Samples, consents and versions as JSON, and what requests say of them."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.datasets.analysis.serializers import DataSampleAnalysisJson, sample_analysis_to_json
from forge.datasets.consent.actions import purposes_of
from forge.datasets.consent.models import Consent
from forge.datasets.consent.terms import MAX_DAYS, Purpose
from forge.datasets.labelling.models import SampleOpinion
from forge.datasets.playing import may_play
from forge.datasets.removals.report import RemovalReport
from forge.datasets.samples.actions import SampleEventJson
from forge.datasets.samples.drawing import DrawingJson
from forge.datasets.samples.models import Sample, SampleKind, SampleQuality, SampleSource, SampleSplit
from forge.datasets.versions.manifest import Entry, VersionComparison
from forge.datasets.versions.models import DataVersion
from forge.projects.models import Project
from rune.datasets.positions import ObjectPositionJson

_KIND = choices("DataSampleKind", SampleKind.values)
_SPLIT = choices("DataSampleSplit", SampleSplit.values)
_QUALITY = choices("DataSampleQuality", SampleQuality.values)
_SOURCE = choices("DataSampleSource", SampleSource.values)
_POSITIONS = (
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
    kind: Annotated[str, _KIND]
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
    positions: Annotated[list[ObjectPositionJson] | None, _POSITIONS]
    labelled_by: PersonJson | None
    disputed: Annotated[bool, "whether two people label it otherwise"]
    split: Annotated[str, _SPLIT]
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


class DataOpinionJson(TypedDict):
    """The label that a person gave a sample in the queue."""

    person: PersonJson | None
    label: str
    created: Timestamp


class DataSampleDetailJson(TypedDict):
    """A sample with the versions that have it."""

    sample: DataSampleJson
    versions: Annotated[list[int], "the numbers of those of the newest 50 versions that have it, lowest first"]
    opinions: Annotated[list[DataOpinionJson], "labels of people who looked at it in the queue, the first one first"]


class DataNumbersJson(TypedDict):
    """The numbers of all samples that filters keep, newest first."""

    revision: Annotated[int, "of the data set; changes name it"]
    numbers: list[int]


class DataLabelJson(TypedDict):
    """A label, with its samples by split."""

    label: str
    train: int
    validation: int
    test: int
    groups: Annotated[int, "people and devices"]
    milliseconds: Annotated[int, "of all sounds together"]


class DataSplitJson(TypedDict):
    """A split, with its labelled samples."""

    split: Annotated[str, _SPLIT]
    samples: int
    groups: Annotated[int, "people and devices"]


class DataShortageJson(TypedDict):
    """The label of which there is too little, and that in words."""

    label: str
    sentence: str


class DataSummaryJson(TypedDict):
    """A summary of a data set."""

    revision: int
    restricted: Annotated[bool, "whether only those who manage the project play samples, and who gave one"]
    samples: int
    unlabelled: int
    disputed: Annotated[int, "samples that two people label otherwise"]
    milliseconds: int
    labels: list[DataLabelJson]
    groups: list[DataGroupJson]
    devices: list[str]
    splits: list[DataSplitJson]
    shortage: Annotated[DataShortageJson | None, "where to collect first"]
    warnings: Annotated[list[str], "what is weak about labels and splits"]
    advice: Annotated[list[str], "what is lacking for training, with what to do, such as sounds of background"]
    accuracy_computed: Annotated[int, "how often accuracy was computed on the test samples of its versions"]


class DataTermsJson(TypedDict):
    """The terms that a person reads before they give recordings."""

    purposes: list[Annotated[str, choices("DataPurpose", list(Purpose))]]
    days: int
    ends: Timestamp | None
    text: str


class DataConsentJson(TypedDict):
    """A person's consent."""

    id: Uuid
    person: PersonJson | None
    purposes: list[Annotated[str, choices("DataPurpose", list(Purpose))]]
    text: str
    agreed: Timestamp
    ends: Timestamp | None
    withdrawn: Timestamp | None


class DataCopyJson(TypedDict):
    """An earlier copy: a person fetched the recordings of a version."""

    version: int
    layout: str
    by_program: Annotated[bool, "whether a token fetched it, as `rune data pull` does"]
    created: Timestamp


class DataWithdrawnJson(TypedDict):
    """The result of withdrawing a consent, and the copies that it cannot reach."""

    samples: int
    versions: Annotated[list[int], "those that have tombstones since"]
    stopped_work: Annotated[list[str], "what worked with the samples and was stopped, as sentences"]
    copies: Annotated[list[DataCopyJson], "exports and pulls of before that may have the recordings"]
    backups_until: Annotated[
        Timestamp | None, "from when on no backup of the server has them; null where the operator does not say"
    ]


class DataFiguresJson(TypedDict):
    """The figures of a version, as it was saved."""

    samples: int
    groups: Annotated[int, "people and devices"]
    milliseconds: int
    labels: dict[str, int]
    splits: dict[str, int]


class DataVersionJson(TypedDict):
    """A version of a data set. It never changes."""

    number: int
    digest: Annotated[str, "names its samples, labels and splits"]
    message: str
    saved_by: PersonJson | None
    created: Timestamp
    figures: DataFiguresJson
    changes: Annotated[list[str], "since the version before, as it was when this one was saved"]


class NamedDataVersionJson(TypedDict):
    """The version of a data set that something used."""

    number: int
    digest: str
    url: Annotated[str, "of its page; empty for the data of another project"]


class DataEntryJson(TypedDict):
    """A sample as a version has it."""

    number: int
    digest: str
    kind: Annotated[str, _KIND]
    label: str
    split: Annotated[str, _SPLIT]
    group: int | None
    milliseconds: int
    deleted: Annotated[bool, "whether its bytes were deleted since: a tombstone"]
    positions: Annotated[list[ObjectPositionJson] | None, _POSITIONS]


class DataRelabelledJson(TypedDict):
    """A sample that has another label in the later version."""

    number: int
    before: str
    after: str


class DataComparisonJson(TypedDict):
    """The difference between two versions, by the numbers of samples."""

    sentences: list[str]
    added_numbers: list[int]
    excluded_numbers: list[int]
    deleted_numbers: Annotated[list[int], "those whose bytes were deleted"]
    relabelled: list[DataRelabelledJson]
    untested_labels: Annotated[list[str], "labels that have test samples in the first version alone"]


class DataAgreementSerializer(serializers.Serializer[None]):
    """Agreeing to the terms of recordings."""

    purposes = serializers.ListField(child=serializers.ChoiceField([each.value for each in Purpose]), max_length=4)
    days = serializers.IntegerField(min_value=0, max_value=MAX_DAYS, help_text="0: until somebody deletes them")
    text = serializers.CharField(max_length=4000, help_text="the `text` of the terms that were read")


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


def consent_to_json(consent: Consent) -> DataConsentJson:
    """A consent, found by `forge.datasets.access`."""
    return {
        "id": str(consent.pk),
        "person": person_to_json(consent.person) if consent.person else None,
        "purposes": [each.value for each in Purpose if each in purposes_of(consent)],
        "text": consent.text,
        "agreed": consent.agreed.isoformat(),
        "ends": consent.ends.isoformat() if consent.ends else None,
        "withdrawn": consent.withdrawn.isoformat() if consent.withdrawn else None,
    }


def withdrawn_to_json(report: RemovalReport | None) -> DataWithdrawnJson:
    """The result of a withdrawal; `report` is None where it covered no samples."""
    if report is None:
        return {"samples": 0, "versions": [], "stopped_work": [], "copies": [], "backups_until": None}
    until = report.backups_until
    return {
        "samples": report.removal.count,
        "versions": [each.number for each in report.versions],
        "stopped_work": report.removal.stopped,
        "copies": [
            {
                "version": each.version.number,
                "layout": each.layout,
                "by_program": each.by_program,
                "created": each.created.isoformat(),
            }
            for each in report.copies
        ],
        "backups_until": until.isoformat() if until else None,
    }


def version_to_json(version: DataVersion) -> DataVersionJson:
    """A version, found by `forge.datasets.access`."""
    return {
        "number": version.number,
        "digest": version.digest,
        "message": version.message,
        "saved_by": person_to_json(version.saved_by) if version.saved_by else None,
        "created": version.created.isoformat(),
        "figures": version.figures,
        "changes": version.changes,
    }


def opinion_to_json(opinion: SampleOpinion) -> DataOpinionJson:
    """The label that a person gave."""
    return {
        "person": person_to_json(opinion.person) if opinion.person else None,
        "label": opinion.label,
        "created": opinion.created.isoformat(),
    }


def named_version_to_json(version: DataVersion, project: Project) -> NamedDataVersionJson:
    """A version of data, as something of a project names it that used it."""
    is_own = version.data_set.project_id == project.pk
    url = f"{project.get_absolute_url()}/data/versions/{version.number}" if is_own else ""
    return {"number": version.number, "digest": version.digest, "url": url}


def entry_to_json(entry: Entry, is_deleted: bool) -> DataEntryJson:
    """A sample of a version."""
    return {
        "number": entry.number,
        "digest": entry.digest,
        "kind": entry.kind,
        "label": entry.label,
        "split": entry.split,
        "group": entry.group,
        "milliseconds": entry.milliseconds,
        "deleted": is_deleted,
        "positions": None if is_deleted or entry.positions is None else list(entry.positions),
    }


def comparison_to_json(comparison: VersionComparison, sentences: list[str]) -> DataComparisonJson:
    """Returns the difference between two versions as JSON."""
    return {
        "sentences": sentences,
        "added_numbers": list(comparison.added_numbers),
        "excluded_numbers": list(comparison.excluded_numbers),
        "deleted_numbers": list(comparison.deleted_numbers),
        "relabelled": [
            {"number": each.number, "before": each.before, "after": each.after} for each in comparison.label_changes
        ],
        "untested_labels": list(comparison.untested_labels),
    }


SAVED = ActAnswer(version_to_json, status=201)
SAMPLE = ActAnswer(for_actor=sample_to_json)
