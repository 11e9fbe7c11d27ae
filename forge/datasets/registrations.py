"""The hooks that data sets register with lower floors."""

from __future__ import annotations

import logging

from forge.accounts.models import User
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import Counts, person_counts
from forge.core.http.senders import register as register_sender
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.datasets.analysis import stopping as stopping
from forge.datasets.analysis.job import ANALYSIS
from forge.datasets.collecting.access import sender_by_cookie
from forge.datasets.collecting.actions import delete_ended_links, sweep_submissions
from forge.datasets.imports.ending import stop_old_imports
from forge.datasets.imports.job import IMPORT
from forge.datasets.protection.limits import protected_runs_of
from forge.datasets.removals import announcements as announcements
from forge.datasets.removals.actions import end_consents
from forge.datasets.removals.deletion_list import list_missing
from forge.datasets.samples.drawings import draw_moved_samples
from forge.jobs.kinds import register as register_kind

_log = logging.getLogger(__name__)


def delete_ended() -> None:
    """Deletes samples whose time is over."""
    if count := end_consents():
        _log.info("%d samples of data sets were deleted: their time was over", count)


@person_counts.register
def protected_runs_of_a_person(user: User) -> Counts:
    """Returns the runs of a person's runes on samples that the person may not play."""
    return {QuotaResource.PROTECTED_RUNS: protected_runs_of(user)}


register_kind(ANALYSIS)
register_kind(IMPORT)
register_sender(sender_by_cookie)
register(
    PeriodicTask("data-collecting", 3600, RunsIn.ONE_WORKER, "deletes codes of phones that ended", delete_ended_links)
)
register(PeriodicTask("data-submissions", 60, RunsIn.ONE_WORKER, "deletes recordings of guests", sweep_submissions))
register(PeriodicTask("data-imports", 3600, RunsIn.ONE_WORKER, "deletes old imports into data sets", stop_old_imports))
register(PeriodicTask("data-drawings", 60, RunsIn.ONE_WORKER, "reads samples of an upgrade", draw_moved_samples))
register(PeriodicTask("data", 60, RunsIn.ONE_WORKER, "deletes samples of data sets whose time is over", delete_ended))
register(PeriodicTask("data-deletions", 3600, RunsIn.EACH_SERVER, "lists deletions for a restore", list_missing))
