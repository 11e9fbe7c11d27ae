"""Imports as JSON, and what requests say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.datasets.imports.actions import MAX_BYTES, MAX_LABELS
from forge.datasets.imports.conflict_resolution import LabelChoices
from forge.datasets.models.imports import DataImport, ImportState
from rune.datasets.content.row_rate import rates_of_json
from rune.datasets.label_conflicts import ConflictChoice, LabelConflictJson
from rune.datasets.label_names import WORD_LIMIT
from rune.digests import DIGEST_LENGTH


class DataOmittedJson(TypedDict):
    """A file that became no sample, or was wrong in some way."""

    path: Annotated[str, "its name in the archive"]
    reason: str


class DataNoteJson(TypedDict):
    """A recording that would come in, and how: resampled, or with uneven times."""

    path: Annotated[str, "its name in the archive"]
    reason: str


class DataRateJson(TypedDict):
    """The interval at which all rows of an input are stored."""

    input: Annotated[str, "`motion`, or the columns of a table"]
    interval: Annotated[str, "such as `10 ms`; without a unit where the archive says none"]


class DataPreviewJson(TypedDict):
    """The contents that an import would add, according to the lists of the archive."""

    layout: Annotated[str, "such as `Speech Commands`"]
    recordings: int
    labels: dict[str, int]
    unlabelled: int
    groups: Annotated[int, "people and devices that the archive names"]
    splits: Annotated[dict[str, int], "the splits that the recordings will have"]
    doubts: Annotated[list[str], "sentences about what may have been read wrongly, such as names in another encoding"]
    by_bytes: Annotated[int, "recordings whose split their bytes decide: the archive names neither person nor split"]
    moved_count: Annotated[int, "recordings that get another split than the archive names, as their person has"]
    uncovered_count: Annotated[int, "recordings that are left out: the consent does not cover their person's split"]
    rates: Annotated[list[DataRateJson], "one for each input whose rows have times"]
    note_count: Annotated[int, "recordings that are resampled, have uneven times, or a wrong size in their header"]
    notes: Annotated[list[DataNoteJson], "the first of them"]
    conflicts: Annotated[list[LabelConflictJson], "recordings with several labels; `start` needs a choice for each"]
    repeated_count: Annotated[int, "recordings that are in the archive before under the same label; one is kept"]
    known_count: Annotated[int, "recordings that are samples already"]
    uncompared_count: Annotated[int, "recordings that were too many to be read; a stored label stays"]


class DataImportJson(TypedDict):
    """An import into the data of a project."""

    id: Uuid
    state: Annotated[str, choices("DataImportState", ImportState.values)]
    person: PersonJson | None
    consent: Uuid
    size: int
    received_bytes: Annotated[int, "the next piece begins here"]
    preview: Annotated[DataPreviewJson | None, "null until the lists were read"]
    labels: Annotated[list[str] | None, "those that are imported; null: all"]
    position: Annotated[int, "recordings that were added or left out"]
    total: int
    new_samples: int
    duplicates: Annotated[int, "recordings that were samples already"]
    omission_count: Annotated[int, "files that became no sample"]
    omissions: Annotated[list[DataOmittedJson], "the first of them"]
    notes: Annotated[list[DataOmittedJson], "recordings that came in with something wrong, and how they were read"]
    error: Annotated[str, "why it stopped"]
    created: Timestamp


class NewDataImportSerializer(serializers.Serializer[None]):
    """Beginning an import."""

    consent = serializers.UUIDField(help_text="the consent that covers all recordings")
    size = serializers.IntegerField(min_value=1, max_value=MAX_BYTES, help_text="bytes of the ZIP file")
    group = serializers.CharField(
        max_length=WORD_LIMIT, required=False, allow_blank=True, default="", help_text="of recordings without one"
    )
    alone = serializers.BooleanField(
        required=False, default=False, help_text="recordings of whom the archive says nothing are of nobody"
    )
    device = serializers.CharField(max_length=WORD_LIMIT, required=False, allow_blank=True, default="")


class LabelSettlementSerializer(serializers.Serializer[None]):
    """The choice for one recording with several labels."""

    digest = serializers.CharField(max_length=DIGEST_LENGTH)
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=WORD_LIMIT, allow_blank=True, allow_null=True, help_text="one of its labels; null leaves both out"
    )


class StartDataImportSerializer(serializers.Serializer[None]):
    """Adding what an archive has."""

    labels = serializers.ListField(
        child=serializers.CharField(max_length=WORD_LIMIT, allow_blank=True),
        max_length=MAX_LABELS,
        required=False,
        allow_null=True,
        default=None,
        help_text='those to import, "" for recordings without one; without it, all',
    )

    settle_all = serializers.ChoiceField(
        choices=[(each.value, each.value) for each in ConflictChoice],
        required=False,
        allow_null=True,
        default=None,
        help_text="for all of the preview's `conflicts`: the label that is stored, that of the import, or neither",
    )
    settle = LabelSettlementSerializer(
        many=True, required=False, default=list, help_text="before that, for single ones"
    )


def choices_of(body: Mapping[str, Any]) -> LabelChoices:
    """The choices of a request that starts an import."""
    for_all = None if body["settle_all"] is None else ConflictChoice(body["settle_all"])
    return LabelChoices(for_all, {each["digest"]: each["label"] for each in body["settle"]})


def import_to_json(row: DataImport) -> DataImportJson:
    """An import, found by `forge.datasets.imports.access`."""
    return {
        "id": str(row.pk),
        "state": row.state,
        "person": person_to_json(row.person) if row.person else None,
        "consent": str(row.consent_id),
        "size": row.size,
        "received_bytes": row.received_bytes,
        "preview": _preview(row) if row.description else None,
        "labels": row.labels,
        "position": row.position,
        "total": row.total,
        "new_samples": row.new_samples,
        "duplicates": row.duplicates,
        "omission_count": row.omission_count,
        "omissions": row.omissions,
        "notes": row.notes,
        "error": row.error,
        "created": row.created.isoformat(),
    }


def rates_of_import(row: DataImport) -> list[DataRateJson]:
    """Returns the rates at which the rows of an import are stored; previews of earlier versions say none."""
    rates = rates_of_json(row.description.get("rates", []))
    return [{"input": name, "interval": str(interval)} for name, interval in rates.items()]


def _preview(row: DataImport) -> DataPreviewJson:
    description = row.description
    # Imports that were described by an earlier version have no plan, no notes and no conflicts.
    preview = {name: description.get(name, 0) for name in DataPreviewJson.__annotations__}
    lists = {name: description.get(name, []) for name in ("doubts", "notes", "conflicts")}
    return preview | lists | {"rates": rates_of_import(row)}  # type: ignore[return-value]
