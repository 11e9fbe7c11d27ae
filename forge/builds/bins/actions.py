"""Asking for the bins of a project from a version of its data."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from rest_framework.fields import IntegerField

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, token_of
from forge.accounts.quotas.limits import require_room
from forge.builds.bins.kinds import BINS_KIND
from forge.builds.bins.samples import samples_for_bins
from forge.compute.parties import party_of
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import WORKS
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict
from forge.jobs.kinds import kind_of
from forge.jobs.lists.items import items_of
from forge.jobs.lists.serializers import JobJson, item_to_json
from forge.jobs.models import Job
from forge.jobs.queue import enqueue
from forge.jobs.workers.slots import notify_workers
from forge.projects.models import Project
from forge.projects.place import PROJECT


def job_to_json(job: Job, actor: Principal) -> JobJson:
    """The job as its requester sees it."""
    return item_to_json(items_of(actor, [job])[0])


@act(
    "POST",
    PROJECT,
    "bins",
    "bins_take",
    verb=Verb.EDIT,
    state=WORKS,
    answer=ActAnswer(for_actor=job_to_json, status=202),
    raises=Conflict,
)
def take_bins(
    actor: Actor,
    project: Project,
    version: Annotated[
        int, IntegerField(min_value=1, max_value=2**31 - 1, help_text="the number of the data's version")
    ],
) -> Job:
    """Starts a job that runs the project on a version of its data and writes `rune.watch`: the bins of what the rune
    counts, and the reference. The job that is asked for already is answered again."""
    samples_for_bins(actor, project, version)
    require_room(project.organisation_id)
    kind, token = kind_of(BINS_KIND), token_of(actor)
    party = party_of(actor, project.organisation_id)
    spec = {"project": str(project.pk), "version": version, "requester": str(actor.pk)}
    with transaction.atomic():
        Project.objects.lock(project.pk)
        job = enqueue(
            kind,
            party.organisation,
            spec | ({} if token is None else {"token": str(token)}),
            party=party,
            project=project,
            # One at a time: the second would find that the project changed.
            key=f"bins:{project.pk}",
        )
        write_entry(actor, "data.bins", project.stream, project.place, version=version)
        transaction.on_commit(lambda: notify_workers(kind.capability), robust=True)
    return job
