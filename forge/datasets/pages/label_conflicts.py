"""The fields of the page of an import: its labels, and the choices for recordings that have several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from forge.core.errors import Invalid
from forge.datasets.imports.conflict_resolution import LabelChoices
from forge.datasets.models.imports import DataImport
from rune.datasets.label_conflicts import ConflictChoice, LabelConflict, settle

SHOWN_CONFLICTS = 200
"""Recordings that are chosen one by one; one choice settles all others too."""
_PREFIX = "settle-"
_LABEL = "label:"
_TEXTS = {
    ConflictChoice.STORED: "Keep the label that is stored",
    ConflictChoice.IMPORT: "Take the label of the import",
    ConflictChoice.LEAVE_OUT: "Leave out both",
}


@dataclass(frozen=True)
class Option:
    """A value that may be chosen, with its text."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class ConflictField:
    """A recording with several labels, and the options for it alone."""

    name: str
    conflict: LabelConflict
    options: Sequence[Option]


@dataclass(frozen=True)
class ConflictFields:
    """The choice for all, and those for single recordings."""

    count: int
    for_all: Sequence[Option]
    single: Sequence[ConflictField]
    more_count: int
    """Recordings that are not shown."""


@dataclass(frozen=True)
class LabelBox:
    """A label that may be imported, and how many recordings have it. It is "" for those without one."""

    label: str
    count: int
    is_ticked: bool


def label_boxes(row: DataImport, ticked_labels: Sequence[str] | None) -> Sequence[LabelBox]:
    """Returns the boxes of an import's labels; None ticks all."""
    counts = sorted(row.description.get("labels", {}).items())
    if unlabelled := row.description.get("unlabelled"):
        counts.append(("", unlabelled))
    return [LabelBox(label, count, ticked_labels is None or label in ticked_labels) for label, count in counts]


def conflict_fields(conflicts: Sequence[LabelConflict], fields: QueryDict) -> ConflictFields:
    """Returns the fields for these conflicts, with what a refused form chose. A choice for all that settles none of
    them is not offered."""
    chosen_value = fields.get("settle_all")
    for_all = [
        Option(each.value, text, each.value == chosen_value)
        for each, text in _TEXTS.items()
        if settle(conflicts, each, {}).labels
    ]
    single = [_field(each, fields) for each in conflicts[:SHOWN_CONFLICTS]]
    return ConflictFields(len(conflicts), for_all, single, len(conflicts) - len(single))


def posted_choices(fields: QueryDict) -> LabelChoices:
    """Returns the choices of a form. Raises `Invalid`."""
    for_all = fields.get("settle_all", "")
    if for_all and for_all not in list(ConflictChoice):
        raise Invalid("Choose one of the ways to settle labels that the page offers.")
    values = {name.removeprefix(_PREFIX): value for name, value in fields.items() if name.startswith(_PREFIX) and value}
    by_digest = {
        digest: None if value == ConflictChoice.LEAVE_OUT else str(value).removeprefix(_LABEL)
        for digest, value in values.items()
    }
    return LabelChoices(ConflictChoice(for_all) if for_all else None, by_digest)


def _field(conflict: LabelConflict, fields: QueryDict) -> ConflictField:
    name = f"{_PREFIX}{conflict.digest}"
    texts = {f"{_LABEL}{label}": label or "No label" for label in conflict.labels}
    texts[ConflictChoice.LEAVE_OUT.value] = _TEXTS[ConflictChoice.LEAVE_OUT]
    chosen_value = fields.get(name)
    return ConflictField(name, conflict, [Option(value, text, value == chosen_value) for value, text in texts.items()])
