"""Searches and samples that are deleted: a search at work on a version with one of them is cancelled."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from forge.datasets.hooks import SampleScope, work_stoppers
from forge.datasets.models import Sample
from forge.datasets.models.samples import SampleSplit
from forge.datasets.versions.contents import entries_of
from forge.datasets.versions.other_projects import name_for_giver
from forge.jobs.models import UNFINISHED_STATES
from forge.jobs.queue import cancel
from forge.learning.searches.models import UNFINISHED_SEARCHES, ModelSearch, SearchTrial, SearchTrialState
from forge.learning.searches.trial_rows import jobs_of


@work_stoppers.register
def cancel_searches(scope: SampleScope, reason: str) -> Sequence[str]:
    """Cancels searches that wait or run on a version with one of the samples. One that goes on reads those that are
    left."""
    numbers = frozenset(scope.numbers)
    searches = ModelSearch.objects.filter(data_version__data_set=scope.data_set, state__in=UNFINISHED_SEARCHES)
    sentences = []
    for search in searches.select_related("data_version__data_set", "project__organisation"):
        if search.data_version is None or not any(each.number in numbers for each in entries_of(search.data_version)):
            continue
        for job in jobs_of(search).filter(state__in=UNFINISHED_STATES):
            cancel(job, "A deletion of samples")
        text = f"{reason} Go on with it: it then learns from the samples that are left."
        ModelSearch.objects.filter(pk=search.pk).update(error=text[:1000])
        of = name_for_giver(search.data_version, search.project)
        sentences.append(f"Search {search.number} of {of} was cancelled.")
    return sentences


def searches_that_learned(scope: SampleScope) -> list[ModelSearch]:
    """The searches that keep models which learned from one of the samples, or were chosen by one."""
    samples = Sample.objects.filter(data_set=scope.data_set, number__in=list(scope.numbers))
    numbers = frozenset(samples.exclude(split=SampleSplit.TEST).values_list("number", flat=True))
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
