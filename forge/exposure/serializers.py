"""The answer to a search as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.exposure.answers.devices import ExposedDeviceJson
from forge.exposure.answers.exposure import ExposedRune, Exposure
from forge.exposure.answers.matching import ListState
from forge.exposure.models import ExposureExport, ExposureKind
from forge.exposure.vex.serializers import VexStatementRowJson, statement_to_json

ExposureKindJson = Annotated[str, choices("ExposureKind", ExposureKind.values)]
ListStateJson = Annotated[str, choices("AdvisoryListState", [each.value for each in ListState])]


class ExposureSearchJson(TypedDict):
    """A search: its kind, and what it names."""

    kind: ExposureKindJson
    value: str


class RuneNameJson(TypedDict):
    """A name of a rune."""

    project: Annotated[str, "such as `acme/door-knock`"]
    version: str
    manifest: Annotated[str, "the digest of the manifest"]


class ComponentMatchJson(TypedDict):
    """A component of a rune that the search is about."""

    name: str
    version: str
    ecosystem: Annotated[str, "such as `PyPI`; empty if the bill of materials names none"]
    advisory: Annotated[str, "the advisory of the list about it; empty unless the search names an advisory"]
    severity: str
    fixed_version: str


class ExposedRuneJson(TypedDict):
    """A rune that the search is about."""

    digest: str
    names: Annotated[list[RuneNameJson], "empty of a rune that no project here published"]
    components: list[ComponentMatchJson]
    statements: Annotated[list[VexStatementRowJson], "the statuses that count (VEX)"]
    running: Annotated[int, "devices that run it"]
    second: Annotated[int, "devices that have it in the second slot"]


class ExposureCountsJson(TypedDict):
    """The devices of an answer. A device counts once in each number."""

    devices: int
    running: int
    second_only: Annotated[int, "devices that have it in the second slot alone"]
    unreachable: Annotated[int, "devices that were not seen for a day, or are locked out"]
    failed_self_test: int
    hidden: Annotated[int, "further devices, with runes of projects that the caller may not read"]


class AdvisoryListJson(TypedDict):
    """The server's list of advisories."""

    state: ListStateJson
    date: Timestamp | None


class ExposureJson(TypedDict):
    """The answer to a search, without the devices."""

    organisation: str
    search: ExposureSearchJson
    advisory_ids: Annotated[list[str], "the ids of the advisory in all databases"]
    advisories: AdvisoryListJson
    counts: ExposureCountsJson
    runes: list[ExposedRuneJson]
    hidden_runes: Annotated[int, "further runes, of projects that the caller may not read"]
    unread_bills: Annotated[int, "bills of materials that are not compared yet"]
    uncompared_devices: Annotated[int, "devices that run a rune without a bill of materials here"]


class ExposurePageJson(ExposureJson):
    """The answer to a search, with a page of its devices; `next` and `previous` are addresses."""

    next: str | None
    previous: str | None
    results: list[ExposedDeviceJson]


class ExposureExportJson(TypedDict):
    """A signed list of devices."""

    id: Uuid
    search: ExposureSearchJson
    created: Timestamp
    signed_at: Annotated[Timestamp | None, "null until the signer has signed it"]
    devices: int
    list_digest: Annotated[str, "of `devices.json`; empty before it is made"]
    fingerprint: Annotated[str, "of the key that signed it"]


def exposure_to_json(exposure: Exposure) -> ExposureJson:
    """Returns an answer as JSON."""
    return {
        "organisation": exposure.organisation.name,
        "search": {"kind": exposure.search.kind.value, "value": exposure.search.value},
        "advisory_ids": sorted(exposure.advisory_ids),
        "advisories": {
            "state": exposure.list_state.value,
            "date": exposure.list_date.isoformat() if exposure.list_date else None,
        },
        "counts": {
            "devices": exposure.counts.devices,
            "running": exposure.counts.running,
            "second_only": exposure.counts.second_only,
            "unreachable": exposure.counts.unreachable,
            "failed_self_test": exposure.counts.failed_self_test,
            "hidden": exposure.counts.hidden,
        },
        "runes": [_rune(each) for each in exposure.runes],
        "hidden_runes": exposure.hidden_runes,
        "unread_bills": exposure.unread_bills,
        "uncompared_devices": exposure.uncompared_devices,
    }


def page_to_json(exposure: Exposure, page: Mapping[str, Any]) -> ExposurePageJson:
    """Returns an answer with a page of its devices."""
    links = {"next": page["next"], "previous": page["previous"], "results": page["results"]}
    return {**exposure_to_json(exposure), **links}  # type: ignore[typeddict-item]


def export_to_json(row: ExposureExport) -> ExposureExportJson:
    """Returns an export as JSON."""
    return {
        "id": str(row.pk),
        "search": {"kind": row.kind, "value": row.value},
        "created": row.created.isoformat(),
        "signed_at": row.signed_at.isoformat() if row.signed_at else None,
        "devices": row.devices,
        "list_digest": row.list_digest,
        "fingerprint": row.fingerprint,
    }


def _rune(rune: ExposedRune) -> ExposedRuneJson:
    return {
        "digest": rune.digest,
        "names": [
            {"project": each.project.full_name, "version": each.version, "manifest": each.manifest}
            for each in rune.names
        ],
        "components": [
            {
                "name": each.name,
                "version": each.version,
                "ecosystem": each.ecosystem,
                "advisory": each.advisory,
                "severity": each.severity,
                "fixed_version": each.fixed_version,
            }
            for each in rune.components
        ],
        "statements": [statement_to_json(each) for each in rune.statements],
        "running": rune.devices.running,
        "second": rune.devices.second,
    }
