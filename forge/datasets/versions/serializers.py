"""Versions of data sets as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp
from forge.datasets.models.versions import DataVersion
from forge.datasets.serializers import KIND_CHOICES, POSITIONS_HELP, SPLIT_CHOICES
from forge.datasets.versions.manifest import Entry, VersionComparison
from forge.projects.models import Project
from rune.datasets.positions import ObjectPositionJson


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
    kind: Annotated[str, KIND_CHOICES]
    label: str
    split: Annotated[str, SPLIT_CHOICES]
    group: int | None
    milliseconds: int
    deleted: Annotated[bool, "whether its bytes were deleted since: a tombstone"]
    positions: Annotated[list[ObjectPositionJson] | None, POSITIONS_HELP]


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
