"""Preparing the environments that a conversion needs."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.jobs.environments import enqueue_preparation, require_may_prepare
from forge.jobs.models import Job
from forge.jobs.queue import retry
from forge.learning.conversions.actions import announce_conversion
from forge.learning.conversions.models import ConversionState
from forge.learning.errors import NothingToPrepare
from forge.learning.models import ModelConversion
from forge.projects.access import require


def prepare_environment(actor: Actor, row: ModelConversion) -> ModelConversion:
    """Prepares the environments that a conversion needs, and converts the model then.

    Raises `NothingToPrepare`, and `Forbidden` or `NotFound`.
    """
    project = row.project
    require(actor, Verb.EDIT, project)
    require_may_prepare(actor)
    with transaction.atomic():
        row = (
            ModelConversion.objects.select_for_update(of=("self",))
            .select_related("project__organisation", "job")
            .get(pk=row.pk)
        )
        if row.state != ConversionState.NEEDS or row.needs is None or row.job is None:
            raise NothingToPrepare("The model is not waiting for an environment.")
        job = enqueue_preparation(actor, project, row.needs["name"])
        Job.objects.filter(pk=row.job.pk).update(required_job=job)
        retry(row.job, str(actor.person))
        row.refresh_from_db()
        announce_conversion(row, actor)
    return row
