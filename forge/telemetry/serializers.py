"""Counts as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp
from forge.telemetry.intake.models import DeviceCounts
from forge.telemetry.switch.models import DeploymentTelemetry
from forge.telemetry.totals.access import Total
from hmrd.protocol.counts import CountsDocument
from hmrd.protocol.document_fields import document_fields
from rune.watch.counts import Counts
from rune.watch.encoding import decode
from rune.watch.layout import TIME_EDGES, WatchLayout


class TelemetryStateJson(TypedDict):
    """The last decision about telemetry of a deployment."""

    is_on: bool
    changed: Annotated[Timestamp | None, "since when it is so; null of one that never counted"]
    changed_by: PersonJson | None


class CountedFeatureJson(TypedDict):
    """A statistic of what passes a wire of the rune."""

    name: str
    edges: Annotated[list[float], "between the bins"]
    counts: list[int]


class CountsJson(TypedDict):
    """Counts in the bins of a rune."""

    answers: int
    labels: Annotated[dict[str, int], "answers by label"]
    confidence_edges: Annotated[list[float], "between the bins, as parts of 1"]
    confidence: list[int]
    features: list[CountedFeatureJson]
    time_edges: Annotated[list[float], "seconds between the bins of the time of a run"]
    time: list[int]
    microseconds: Annotated[int, "of all runs together"]
    restarts: int
    memory: Annotated[int, "the highest, in KiB"]


class TotalJson(TypedDict):
    """The counts of a rune's devices."""

    version: str
    rune: Annotated[str, "its digest"]
    day: Annotated[str | None, "null where days are added up"]
    board: Annotated[str, "empty where boards are added up"]
    group: Annotated[str, "the name of the group; empty of all devices"]
    devices: Annotated[int, "that sent counts; over several days, those of each day are added"]
    counts: CountsJson


class TotalsJson(TypedDict):
    """Totals of a deployment."""

    totals: list[TotalJson]


class DocumentFieldJson(TypedDict):
    """Some bytes of a document."""

    offset: int
    size: int
    data: Annotated[str, "in hexadecimal"]
    meaning: str


class DeviceCountsJson(TypedDict):
    """A document of a device, byte for byte."""

    period: Annotated[str, "the day in UTC, such as `2026-12-01`, or an hour, `2026-12-01T09`"]
    version: str
    rune: str
    received: Timestamp
    is_merged: Annotated[bool, "whether it is in the totals"]
    data: Annotated[str, "all bytes in hexadecimal"]
    fields: list[DocumentFieldJson]
    counts: CountsJson


class LastDeviceCountsJson(TypedDict):
    """The last document of a device."""

    last: Annotated[DeviceCountsJson | None, "null of one that sent none"]


def state_to_json(switch: DeploymentTelemetry | None) -> TelemetryStateJson:
    if switch is None:
        return {"is_on": False, "changed": None, "changed_by": None}
    by = switch.changed_by
    return {
        "is_on": switch.is_on,
        "changed": switch.changed.isoformat(),
        "changed_by": None if by is None else person_to_json(by),
    }


def counts_to_json(counts: Counts, layout: WatchLayout) -> CountsJson:
    names = layout.labels.names if layout.labels else ()
    return {
        "answers": counts.answers,
        "labels": dict(zip(names, counts.labels, strict=True)),
        "confidence_edges": list(layout.confidence.shares) if layout.confidence else [],
        "confidence": list(counts.confidence),
        "features": [
            {"name": feature.name, "edges": list(feature.edges), "counts": list(group)}
            for feature, group in zip(layout.features, counts.features, strict=True)
        ],
        "time_edges": list(TIME_EDGES),
        "time": list(counts.time),
        "microseconds": counts.microseconds,
        "restarts": counts.restarts,
        "memory": counts.memory,
    }


def total_to_json(total: Total) -> TotalJson:
    return {
        "version": total.watched.version,
        "rune": total.watched.rune,
        "day": None if total.day is None else total.day.isoformat(),
        "board": total.board,
        "group": total.group,
        "devices": total.devices,
        "counts": counts_to_json(total.counts, total.watched.layout),
    }


def device_counts_to_json(row: DeviceCounts) -> DeviceCountsJson:
    """A document of a device that the caller has found, with its rune."""
    data, layout = bytes(row.document), row.watched.layout
    document = CountsDocument.read(data)
    return {
        "period": document.period.name,
        "version": row.watched.version,
        "rune": row.watched.rune,
        "received": row.received.isoformat(),
        "is_merged": row.is_merged,
        "data": data.hex(),
        "fields": [
            {
                "offset": each.offset,
                "size": each.size,
                "data": data[each.offset : each.end].hex(),
                "meaning": each.meaning,
            }
            for each in document_fields(layout)
        ],
        "counts": counts_to_json(decode(document.counts, layout), layout),
    }
