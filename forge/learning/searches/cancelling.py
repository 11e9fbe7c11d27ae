"""Searches and samples that are deleted: a search at work on a version with one of them is cancelled."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from forge.datasets.hooks import SampleScope, work_stoppers
from forge.datasets.versions.contents import entries_of
from forge.learning.lab_jobs.withdrawn_samples import cancel_learners, learned_numbers
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState


@work_stoppers.register
def cancel_searches(scope: SampleScope, reason: str) -> Sequence[str]:
    """Cancels searches that wait or run on a version with one of the samples. One that goes on reads those that are
    left."""
    return cancel_learners(
        ModelSearch, scope, f"{reason} Go on with it: it then learns from the samples that are left."
    )


def searches_that_learned(scope: SampleScope) -> list[ModelSearch]:
    """The searches that keep models which learned from one of the samples, or were chosen by one."""
    numbers = learned_numbers(scope)
    if not numbers:
        return []
    searches = ModelSearch.objects.filter(data_version__data_set=scope.data_set, rows__in=trials_with_models())
    return [
        search
        for search in searches.distinct().select_related("data_version", "project__organisation").order_by("created")
        if search.data_version is not None and any(each.number in numbers for each in entries_of(search.data_version))
    ]


def trials_with_models() -> QuerySet[SearchTrial]:
    """The trials whose model is kept."""
    return SearchTrial.objects.filter(state=SearchTrialState.TRAINED).exclude(files={})
