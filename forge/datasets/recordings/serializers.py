"""The samples of a project as the studio lists, sends and imports them, as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.datasets.models.samples import SampleKind, SampleSplit

_KIND = choices("DataSampleKind", SampleKind.values)
_SPLIT = choices("DataSampleSplit", SampleSplit.values)


class SampleJson(TypedDict):
    """A labelled sample of a project's data, with the consent of its person and its end."""

    id: Uuid
    project: str
    number: Annotated[int, "no other sample of the project ever has it"]
    kind: Annotated[str, _KIND]
    digest: str
    size: int
    playable: Annotated[bool, "whether you may play it: `recording` gives its bytes"]
    label: str
    split: Annotated[str, _SPLIT]
    owner: Annotated[PersonJson | None, "who agreed; null for a guest and for somebody who left"]
    may_delete: bool
    consent: str
    consented: Timestamp
    ends: Annotated[Timestamp | None, "when it is deleted; null: when somebody deletes it"]


class SamplesJson(TypedDict):
    """Samples, newest first."""

    revision: Annotated[int, "of the project's data; changes of labels name it"]
    samples: list[SampleJson]


class OwnSamplesJson(TypedDict):
    """The samples that a person gave, newest first."""

    samples: list[SampleJson]


class RefusedFileJson(TypedDict):
    """A file of an archive that does not become a sample, and why."""

    name: str
    reason: str


class IncomingSampleJson(TypedDict):
    """A recording of an archive that would become a sample."""

    name: str
    kind: Annotated[str, _KIND]
    label: str
    split: Annotated[str, _SPLIT]
    size: int


class SampleImportPreviewJson(TypedDict):
    """The contents of an archive before its import."""

    samples: list[IncomingSampleJson]
    refused_files: list[RefusedFileJson]
    skipped_files: Annotated[list[str], "files that are neither in a folder of a label nor listed in the table"]


class SamplesImportedJson(TypedDict):
    """The samples that an archive added, and its refused files."""

    samples: list[SampleJson]
    refused_files: list[RefusedFileJson]


class SampleTermsJson(TypedDict):
    """The people who would see a recording and until when, in the words that its person agrees to."""

    days: int
    ends: Annotated[Timestamp | None, "null: when somebody deletes it"]
    purposes: Annotated[list[str], "what it may be used for"]
    text: str
