"""Preparing the environment of a converter, which downloads hundreds of megabytes: the operator's business.

On one's own machine the first account is the operator's. Elsewhere the operator runs a command on the server.
"""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.scheduler.slots import Party
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Forbidden
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job
from forge.jobs.queue import enqueue, retry
from forge.jobs.workers.slots import notify_workers
from forge.learning.access import may_prepare
from forge.learning.conversions.actions import announce_conversion
from forge.learning.conversions.kinds import ENVIRONMENT_KIND
from forge.learning.conversions.models import ConversionState
from forge.learning.errors import NothingToPrepare
from forge.learning.models import ModelConversion
from forge.projects.access import require


def prepare_environment(actor: Actor, row: ModelConversion) -> ModelConversion:
    """Prepares the environment that a conversion needs, and converts the model then.

    Raises `NothingToPrepare`, and `Forbidden` or `NotFound`.
    """
    project = row.project
    require(actor, Verb.EDIT, project)
    if not may_prepare(actor):
        raise Forbidden("Only the operator of this server prepares environments.")
    with transaction.atomic():
        row = (
            ModelConversion.objects.select_for_update(of=("self",))
            .select_related("project__organisation", "job")
            .get(pk=row.pk)
        )
        if row.state != ConversionState.NEEDS or row.needs is None or row.job is None:
            raise NothingToPrepare("The model is not waiting for an environment.")
        name = row.needs["name"]
        party = Party(project.organisation_id, actor.pk, is_program=False)
        kind = kind_of(ENVIRONMENT_KIND)
        job = enqueue(
            kind, party.organisation, {"environment": name}, party=party, project=project, key=f"environment:{name}"
        )
        Job.objects.filter(pk=row.job.pk).update(required_job=job)
        retry(row.job, str(actor.person))
        row.refresh_from_db()
        write_entry(actor, "model.prepare", project.stream, project.place, environment=name)
        announce_conversion(row, actor)
        transaction.on_commit(lambda: notify_workers(kind.capability), robust=True)
    return row
