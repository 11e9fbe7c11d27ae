"""Changing labels, marked places and positions, and leaving samples out of versions; one sample or thousands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.errors import Invalid, Stale
from forge.datasets.actions import DataSetChange
from forge.datasets.models import DataSet, Sample
from forge.datasets.models.analysis import SampleAnalysis, proposal_of
from forge.datasets.models.samples import SampleKind
from forge.datasets.samples.actions.add import checked_word
from forge.datasets.samples.actions.positions import set_positions
from forge.projects.access import require
from forge.projects.models import Project
from rune.datasets.positions import MAX_PLACES, ObjectPositionJson

MAX_MARKS = 5000
"""Samples of one change."""
MAX_EVENTS = MAX_PLACES
"""Marked places of one recording."""
_BATCH = 500


class SampleEventJson(TypedDict):
    """A marked place of a long recording."""

    label: str
    start: float
    end: float


class UnchangedValue:
    """Says that something stays as it is, where None means something."""


UNCHANGED = UnchangedValue()


@dataclass(frozen=True)
class SampleMark:
    """The new values of a sample: None leaves a value unchanged."""

    number: int
    label: str | None = None
    is_excluded: bool | None = None
    accepts: bool = False
    """Whether its label becomes the one that is proposed; without a proposal it stays."""
    confirms: bool = False
    """Whether a person says that its label is right, so that it is not in doubt any more."""
    events: Sequence[SampleEventJson] | UnchangedValue | None = UNCHANGED
    """The places where labels happen, in seconds. None: the label holds for all of the recording."""
    positions: Sequence[ObjectPositionJson] | UnchangedValue | None = UNCHANGED
    """The positions of objects in a picture. None: nobody marked it."""
    disputed: bool | None = None
    """Whether people disagree about its label. A new label, or a confirmed one, settles that."""


@dataclass(frozen=True)
class PreviousMarks:
    """The previous values of changed samples. Sent back with `revision`, they undo the change."""

    revision: int
    before: Sequence[SampleMark]


def mark_samples(actor: Actor, project: Project, marks: Collection[SampleMark], revision: int) -> PreviousMarks:
    """Changes samples, all of them or none. `revision` is that of the data set when the person read them.

    Raises `Stale` where one of them changed since, `Invalid`, `NotFound` for a number that the data set does not have,
    and `Forbidden`: test samples that a saved version has are changed by owners alone.
    """
    require(actor, Verb.EDIT, project)
    marks_by_number = {each.number: each for each in marks}
    if not 0 < len(marks_by_number) <= MAX_MARKS:
        raise Invalid(f"Name 1 to {MAX_MARKS} samples.")
    row = DataSet.objects.visible_to(actor).filter(project=project).first()
    if row is None:
        raise nothing_here(actor)
    with (change := DataSetChange(row.pk)) as data_set:
        samples = _read(actor, data_set, sorted(marks_by_number))
        if len(samples) < len(marks_by_number):
            raise nothing_here(actor)
        if changed_numbers := [each.number for each in samples if each.revision > revision]:
            raise Stale(
                f"{_samples_text(changed_numbers)} changed since you read the data. Nothing was done. Check them again."
            )
        if any(each.tested_since is not None for each in samples):
            # Figures of earlier versions were computed on these samples.
            require(actor, Verb.CHANGE_TESTS, project)
        before = [
            SampleMark(
                each.number,
                each.label,
                each.is_excluded,
                events=each.events,
                # Only where they change: those of 5000 pictures are a large answer.
                positions=UNCHANGED
                if isinstance(marks_by_number[each.number].positions, UnchangedValue)
                else each.positions,
                disputed=True if each.is_disputed else None,
            )
            for each in samples
        ]
        for sample in samples:
            _apply(sample, marks_by_number[sample.number], data_set.revision, actor)
        fields = ["label", "labelled_by", "is_disputed", "is_excluded", "events", "positions", "revision"]
        Sample.objects.bulk_update(samples, fields, batch_size=_BATCH)
        _settle_doubts([each.pk for each in samples if marks_by_number[each.number].confirms])
        change.note(actor, "data.mark", count=len(samples))
    return PreviousMarks(data_set.revision, before)


def _read(actor: Actor, data_set: DataSet, numbers: Sequence[int]) -> list[Sample]:
    samples = Sample.objects.visible_to(actor).available().filter(data_set=data_set)
    samples = samples.select_related("analysis").defer("analysis__features", "analysis__words")
    parts = (numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH))
    return [sample for part in parts for sample in samples.filter(number__in=part).order_by("number")]


def _apply(sample: Sample, mark: SampleMark, revision: int, actor: Actor) -> None:
    sample.revision = revision
    if mark.is_excluded is not None:
        sample.is_excluded = mark.is_excluded
    label = proposal_of(sample) or None if mark.accepts else mark.label
    if label is not None and (word := checked_word(label, "label")) != sample.label:
        # The undo of another change names the same label, and its person stays.
        sample.label, sample.labelled_by = word, actor.person if word else None
    if label is not None or mark.confirms:
        sample.is_disputed = False
    if mark.disputed is not None:
        sample.is_disputed = mark.disputed and sample.label != ""
    if not isinstance(mark.events, UnchangedValue) and mark.events != sample.events:
        sample.events = None if mark.events is None else _checked_events(sample, mark.events)
    if not isinstance(mark.positions, UnchangedValue) and mark.positions != sample.positions:
        set_positions(actor, sample, mark.positions)


def _checked_events(sample: Sample, events: Sequence[SampleEventJson]) -> list[SampleEventJson]:
    """The marked places by their beginnings. Raises `Invalid`."""
    if sample.kind != SampleKind.SOUND:
        raise Invalid(f"Sample {sample.number} is not a sound; only sounds have marked places.")
    if len(events) > MAX_EVENTS:
        raise Invalid(f"A recording has at most {MAX_EVENTS} marked places.")
    seconds = sample.milliseconds / 1000
    for each in events:
        if not (0 <= each["start"] < each["end"] <= seconds + 0.001 and checked_word(each["label"], "label")):
            raise Invalid(
                f"A marked place of sample {sample.number} needs a label, and a start before its end within "
                f"{seconds:g} s."
            )
    ordered_events = sorted(events, key=lambda each: (each["start"], each["end"]))
    return [{**each, "label": checked_word(each["label"], "label")} for each in ordered_events]


def _settle_doubts(samples: Sequence[UUID]) -> None:
    """Labels that a person confirmed are not in doubt any more."""
    for start in range(0, len(samples), _BATCH):
        doubted_analyses = SampleAnalysis.objects.filter(sample__in=samples[start : start + _BATCH]).exclude(
            doubted_label=""
        )
        doubted_analyses.update(doubted_label="")


def _samples_text(numbers: Sequence[int]) -> str:
    first = f"Sample {numbers[0]}"
    return first if len(numbers) == 1 else f"{first} and {len(numbers) - 1} more"
