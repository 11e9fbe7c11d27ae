"""Resolves conflicts of labels in an import, as the person who starts it chose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.datasets.errors import LabelDiffers, LabelsUnsettled
from forge.datasets.imports.comparing import conflicts_of, current_conflicts
from forge.datasets.models import DataSet
from forge.datasets.models.imports import DataImport, ImportState
from forge.datasets.samples.actions.mark import SampleMark, mark_samples
from rune.datasets.label_conflicts import (
    ConflictChoice,
    LabelConflict,
    UnknownSettlement,
    conflict_text,
    conflict_to_json,
    quoted,
    settle,
    with_labels,
)
from rune.wording import counted

_NAMED = 5
"""Recordings that a refusal names."""


@dataclass(frozen=True)
class LabelChoices:
    """The choices for recordings with several labels: for all, and before that by digest (None: leave out)."""

    for_all: ConflictChoice | None = None
    by_digest: Mapping[str, str | None] = field(default_factory=dict)


NO_CHOICES = LabelChoices()


def renew_conflicts(row: DataImport, labels: Collection[str] | None) -> int:
    """Compares the preview with what is stored now, and returns the revision of the data that was read.

    Raises `LabelsUnsettled` where stored labels changed, after the preview was changed: a choice is of what was seen.
    """
    revision = DataSet.objects.values_list("revision", flat=True).get(pk=row.data_set_id)
    with transaction.atomic():
        ready_imports = DataImport.objects.select_for_update().filter(pk=row.pk, state=ImportState.READY)
        current = ready_imports.first()
        if current is None or (conflicts := current_conflicts(current)) == conflicts_of(current):
            return revision
        current.description["conflicts"] = [conflict_to_json(each) for each in conflicts]
        current.save(update_fields=["description", "changed"])
    if remaining := with_labels(conflicts, labels):
        raise _unsettled(remaining, "Stored labels changed since the preview. Look at it again.")
    return revision


def resolve_conflicts(
    actor: Actor, row: DataImport, labels: Collection[str] | None, choices: LabelChoices, revision: int
) -> dict[str, str | None]:
    """Returns the label of each recording of these labels that has several, by digest, and gives stored samples theirs.

    Raises `LabelsUnsettled` where no choice settles one, `Invalid`, and what `mark_samples` raises: `Forbidden` for
    test samples that a version has, and `Stale` for samples that changed since `revision`.
    """
    conflicts = with_labels(conflicts_of(row), labels)
    try:
        settlement = settle(conflicts, choices.for_all, choices.by_digest)
    except UnknownSettlement as error:
        raise Invalid(str(error)) from error
    if settlement.unsettled:
        raise _unsettled(settlement.unsettled, "Choose a label for each, or leave them out.")
    if marks := _marks(conflicts, settlement.labels):
        mark_samples(actor, row.data_set.project, marks, revision)
    return dict(settlement.labels)


def omission_reason(settlements: Mapping[str, str | None], digest: str, label: str) -> str | None:
    """Returns why a recording does not come in by what was chosen; None where it does."""
    if digest not in settlements:
        return None
    chosen_label = settlements[digest]
    if chosen_label is None:
        return f"It has two labels, {quoted(label)} is one of them, and you chose to leave it out."
    if label == chosen_label:
        return None
    return f"It has two labels, and you chose {quoted(chosen_label)}, not {quoted(label)}."


def stored_label_reason(error: LabelDiffers, label: str) -> str:
    """Returns why a recording does not come in whose stored label nobody chose to replace."""
    sample = f"{quoted(error.stored_label)} (sample {error.number})"
    return f"It is stored as {sample}, which stays; the archive says {quoted(label)}."


def _marks(conflicts: Sequence[LabelConflict], labels: Mapping[str, str | None]) -> list[SampleMark]:
    """The changes of stored samples: another label, or left out of further versions."""
    marks: list[SampleMark] = []
    for conflict in conflicts:
        label = labels[conflict.digest]
        if conflict.stored is None or label == conflict.stored.label:
            continue
        number = conflict.stored.number
        marks.append(SampleMark(number, is_excluded=True) if label is None else SampleMark(number, label))
    return marks


def _unsettled(conflicts: Sequence[LabelConflict], advice: str) -> LabelsUnsettled:
    names = "; ".join(conflict_text(each) for each in conflicts[:_NAMED])
    more = f"; and {len(conflicts) - _NAMED:,} more" if len(conflicts) > _NAMED else ""
    count = counted(len(conflicts), "recording has", "recordings have")
    by_file = {each.sources[0].path: [conflict_text(each)] for each in conflicts}
    return LabelsUnsettled(f"{count} two labels: {names}{more}. {advice}", errors=by_file)
