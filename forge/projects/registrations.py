"""Periodic work of this floor: recordings whose time is over."""

from __future__ import annotations

import logging

from forge.accounts.models import Organisation
from forge.accounts.quotas import Resource
from forge.accounts.usage import Counts, organisation_counts
from forge.core.periodic import PeriodicTask, Runs, register
from forge.projects.actions import end_samples
from forge.projects.quotas import count_projects

_log = logging.getLogger(__name__)


def delete_ended_samples() -> None:
    """Deletes recordings whose time is over, and says how many."""
    if ended := end_samples():
        _log.info("%d samples were deleted: their time was over", ended)


@organisation_counts.register
def projects_of(organisation: Organisation) -> Counts:
    """How many projects an organisation has."""
    return {Resource.PROJECTS: count_projects(organisation)}


register(PeriodicTask("samples", 60, Runs.ONE_WORKER, "deletes recordings whose time is over", delete_ended_samples))
