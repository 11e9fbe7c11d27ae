"""Training runs and searches, and samples that are deleted: those at work on them are cancelled, and those are found
that learned from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from forge.datasets.hooks import SampleScope
from forge.datasets.models import DataVersion, Sample
from forge.datasets.models.samples import SampleSplit
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.other_projects import name_for_giver
from forge.learning.lab_jobs.models import RecipeJob
from forge.learning.lab_jobs.queue import cancel_jobs

R = TypeVar("R", bound=RecipeJob)


def cancel_learners(
    model: type[R], scope: SampleScope, error: str, forget: Callable[[R], Mapping[str, Any]] = lambda _row: {}
) -> Sequence[str]:
    """Cancels those that wait or are at work on a version with one of the samples, and says so. They get this error;
    `forget` deletes what they learned so far, and returns the values that they have then."""
    sentences = []
    for row in model.beside().unfinished().filter(data_version__data_set=scope.data_set):
        if row.data_version is None or not has_samples(row.data_version, scope):
            continue
        cancel_jobs(row, "A deletion of samples")
        model.objects.filter(pk=row.pk).update(error=error[:1000], **forget(row))
        sentences.append(f"{row.title_of(name_for_giver(row.data_version, row.project))} was cancelled.")
    return sentences


def has_samples(version: DataVersion, scope: SampleScope) -> bool:
    """Returns whether a version has one of the samples."""
    numbers = frozenset(scope.numbers)
    return any(each.number in numbers for each in entries_of(version))


def learned_numbers(scope: SampleScope) -> frozenset[int]:
    """The numbers of the samples from which something could learn: those that are not for tests."""
    samples = Sample.objects.filter(data_set=scope.data_set, number__in=list(scope.numbers))
    return frozenset(samples.exclude(split=SampleSplit.TEST).values_list("number", flat=True))
