"""The files of an answer: a table for people, and the list that is signed. Both are streamed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from forge.accounts.audit.export import safe_cell
from forge.exposure.answers.devices import ExposedDeviceJson, all_rows
from forge.exposure.answers.exposure import ExposedRune, Exposure
from forge.exposure.serializers import exposure_to_json

LIST_TYPE: Final = "urn:hammer-forge:device-list:v1"
"""The type of the list that is signed."""
COLUMNS: Final = (
    "name",
    "note",
    "group",
    "labels",
    "board",
    "slot",
    "version",
    "rune",
    "project",
    "components",
    "vex_status",
    "vex_statement",
    "self_test",
    "self_tested",
    "seen",
    "reachable",
    "deployment",
)


def table_of(exposure: Exposure, now: datetime) -> Iterator[str]:
    """Yields the pieces of a table with a line for each device, by name."""
    runes = {each.digest: _rune_cells(each) for each in exposure.runes}
    yield _lines([COLUMNS])
    for batch in all_rows(exposure.organisation.pk, runes, now):
        yield _lines(_cells(each, runes[each["rune"]]) for each in batch)


def list_of(exposure: Exposure, now: datetime) -> Iterator[bytes]:
    """Yields the pieces of a JSON document: what was searched for, the runes with their statuses, and all devices."""
    head = {"type": LIST_TYPE, "made": now.isoformat(), **exposure_to_json(exposure)}
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "devices": ['
    separator = "\n"
    for batch in all_rows(exposure.organisation.pk, exposure.digests, now):
        # One call for the batch, without the brackets of the list: a call for each device takes twice the time.
        yield (separator + json.dumps(batch, ensure_ascii=False, separators=(",", ":"))[1:-1]).encode()
        separator = ",\n"
    yield b"\n]}\n"


def _rune_cells(rune: ExposedRune) -> Mapping[str, str]:
    return {
        "project": ", ".join(dict.fromkeys(each.project.full_name for each in rune.names)),
        "components": ", ".join(dict.fromkeys(each.text for each in rune.components)),
        "vex_status": ", ".join(f"{each.advisory} {each.status}" for each in rune.statements),
        "vex_statement": " ".join(filter(None, (each.statement or each.justification for each in rune.statements))),
    }


def _cells(device: ExposedDeviceJson, rune: Mapping[str, str]) -> tuple[str, ...]:
    labels = " ".join(f"{key}={value}" for key, value in device["labels"].items())
    values: dict[str, Any] = {**device, **rune, "labels": labels, "reachable": "yes" if device["reachable"] else "no"}
    return tuple("" if values[column] is None else str(values[column]) for column in COLUMNS)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()
