"""Changing labels, and leaving samples out of further versions; one sample or thousands at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from forge.accounts.organisations.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.errors import Invalid, Stale
from forge.datasets.actions import DataSetChange
from forge.datasets.analysis.models import proposal_of
from forge.datasets.models import DataSet, Sample
from forge.datasets.samples.actions.add import checked_word
from forge.projects.access import require
from forge.projects.models import Project

MAX_MARKS = 5000
"""Samples of one change."""
_BATCH = 500


@dataclass(frozen=True)
class SampleMark:
    """The new values of a sample: None leaves a value unchanged."""

    number: int
    label: str | None = None
    left_out: bool | None = None
    accepts: bool = False
    """Whether its label becomes the one that is proposed; without a proposal it stays."""


@dataclass(frozen=True)
class Marked:
    """The previous values of changed samples. Sent back with `revision`, they undo the change."""

    revision: int
    before: Sequence[SampleMark]


def mark_samples(actor: Actor, project: Project, marks: Collection[SampleMark], seen: int) -> Marked:
    """Changes samples, all of them or none. `seen` is the revision of the data set at which the person read them.

    Raises `Stale` where one of them changed since, `Invalid`, `NotFound` for a number that the data set does not have,
    and `Forbidden`: test samples that a saved version has are changed by maintainers alone.
    """
    require(actor, Verb.EDIT, project)
    wanted = {each.number: each for each in marks}
    if not 0 < len(wanted) <= MAX_MARKS:
        raise Invalid(f"Name 1 to {MAX_MARKS} samples.")
    row = DataSet.objects.visible_to(actor).filter(project=project).first()
    if row is None:
        raise nothing_here(actor)
    with (change := DataSetChange(row.pk)) as data_set:
        samples = _read(actor, data_set, sorted(wanted))
        if len(samples) < len(wanted):
            raise nothing_here(actor)
        if changed := [each.number for each in samples if each.revision > seen]:
            raise Stale(f"{_named(changed)} changed since you read the data. Nothing was done; look at it again.")
        if any(each.tested_since is not None for each in samples):
            # Figures of earlier versions were computed on these samples.
            require(actor, Verb.MANAGE, project)
        before = [SampleMark(each.number, each.label, each.left_out) for each in samples]
        for sample in samples:
            _apply(sample, wanted[sample.number], data_set.revision, actor)
        Sample.objects.bulk_update(samples, ["label", "labelled_by", "left_out", "revision"], batch_size=_BATCH)
        change.note(actor, "data.mark", count=len(samples))
    return Marked(data_set.revision, before)


def _read(actor: Actor, data_set: DataSet, numbers: Sequence[int]) -> list[Sample]:
    samples = Sample.objects.visible_to(actor).available().filter(data_set=data_set)
    samples = samples.select_related("analysis").defer("analysis__features", "analysis__words")
    parts = (numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH))
    return [sample for part in parts for sample in samples.filter(number__in=part).order_by("number")]


def _apply(sample: Sample, mark: SampleMark, revision: int, actor: Actor) -> None:
    sample.revision = revision
    if mark.left_out is not None:
        sample.left_out = mark.left_out
    label = proposal_of(sample) or None if mark.accepts else mark.label
    if label is not None:
        sample.label = checked_word(label, "label")
        sample.labelled_by = actor.person if sample.label else None


def _named(numbers: Sequence[int]) -> str:
    first = f"Sample {numbers[0]}"
    return first if len(numbers) == 1 else f"{first} and {len(numbers) - 1} more"
