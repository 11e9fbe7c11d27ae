"""Preparing the environments that a conversion, a run or a search waits for; that goes on then."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.jobs.actions import enqueue_preparation
from forge.jobs.environments import require_may_prepare
from forge.jobs.models import Job
from forge.jobs.queue import retry
from forge.learning.conversions.actions import announce_conversion
from forge.learning.errors import NothingToPrepare
from forge.learning.lab_jobs.models import LabJob
from forge.learning.lab_jobs.queue import lock
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.models import ModelConversion
from forge.learning.searches.actions.searches import resume_search
from forge.learning.searches.models import ModelSearch
from forge.learning.searches.trial_rows import jobs_of
from forge.learning.training.actions.runs import resume_run
from forge.learning.training.models import TrainingRun
from forge.projects.access import require


def prepare_environment(actor: Actor, row: ModelConversion) -> ModelConversion:
    """Prepares the environments that a conversion needs, and converts the model then.

    Raises `NothingToPrepare`, and `Forbidden` or `NotFound`.
    """
    project = row.project
    require(actor, Verb.EDIT, project)
    require_may_prepare(actor)
    with transaction.atomic():
        row = lock(row)
        if row.state != LabJobState.NEEDS or not row.needed_packages or row.job is None:
            raise NothingToPrepare("The model is not waiting for an environment.")
        job = enqueue_preparation(actor, project, row.needed_packages)
        Job.objects.filter(pk=row.job.pk).update(required_job=job)
        retry(row.job, str(actor.person))
        row.refresh_from_db()
        announce_conversion(row, actor)
    return row


@transaction.atomic
def prepare_run(actor: Actor, run: TrainingRun) -> TrainingRun:
    """Prepares the environments that a run needs, and goes on with the run then.

    Raises `NothingToPrepare`, `Forbidden` or `NotFound`, and what `resume_run` raises.
    """
    preparation = _preparation(actor, run)
    run = resume_run(actor, run)
    assert run.job is not None  # noqa: S101 (a run without a job cannot be continued)
    Job.objects.filter(pk=run.job.pk).update(required_job=preparation)
    return run


@transaction.atomic
def prepare_search(actor: Actor, search: ModelSearch) -> ModelSearch:
    """Prepares the environments that a search needs, and goes on with the search then.

    Raises `NothingToPrepare`, `Forbidden` or `NotFound`, and what `resume_search` raises.
    """
    preparation = _preparation(actor, search)
    search = resume_search(actor, search)
    jobs_of(search).update(required_job=preparation)
    return search


def _preparation(actor: Actor, row: LabJob) -> Job:
    require(actor, Verb.EDIT, row.project)
    if not row.needed_packages:
        raise NothingToPrepare("It is not waiting for an environment.")
    return enqueue_preparation(actor, row.project, row.needed_packages)
