"""Searches and samples that are deleted: a search at work on a version with one of them is cancelled."""

from __future__ import annotations

from collections.abc import Sequence

from forge.datasets.removals.hooks import SampleScope, interrupted
from forge.datasets.versions.contents import entries_of
from forge.jobs.queue import cancel
from forge.learning.searches.models import UNFINISHED_SEARCHES, ModelSearch


@interrupted.register
def cancel_searches(scope: SampleScope, reason: str) -> Sequence[str]:
    """Cancels searches that wait or run on a version with one of the samples. One that goes on reads those that are
    left; trials have no recordings, only counts."""
    wanted = frozenset(scope.numbers)
    searches = ModelSearch.objects.filter(data_version__data_set=scope.data_set, state__in=UNFINISHED_SEARCHES)
    sentences = []
    for search in searches.select_related("job", "data_version", "project__organisation"):
        if search.data_version is None or not any(each.number in wanted for each in entries_of(search.data_version)):
            continue
        if search.job is not None:
            cancel(search.job, "A deletion of samples")
        text = f"{reason} Go on with it: it then learns from the samples that are left."
        ModelSearch.objects.filter(pk=search.pk).update(error=text[:1000])
        sentences.append(f"Search {search.number} of {search.project.full_name} was cancelled.")
    return sentences
