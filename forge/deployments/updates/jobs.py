"""The jobs of the signer that concern deployments, and when one is due."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.compute.scheduler.slots import Party
from forge.core.database.wrong_clock import LONGEST_WAIT, is_behind
from forge.deployments.models import Deployment, Release, UpdateDocument, UpdateKey, UpdateRoot
from forge.deployments.updates.models import LIFETIMES, UpdateRole
from forge.jobs.kinds import JobContext, JobKind, JobTitle
from forge.jobs.models import UNFINISHED_STATES, Job, JobState, WorkerCapability
from forge.jobs.queue import enqueue
from forge.registry.models import WithdrawnRune
from rune.compiler.building.spec import canonical_digest

REQUEST_EVERY = 60.0
"""Seconds between looks at all deployments."""
MOST_AT_ONCE = 200
"""Deployments for which one look asks the signer."""
_log = logging.getLogger(__name__)


def _titles(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    ids = {job.spec["deployment"] for job in jobs}
    rows = Deployment.objects.select_related("project__organisation").filter(pk__in=ids)
    titles = {
        str(each.pk): JobTitle(f"Signing of {each.project.full_name}, deployment {each.title}", each.get_absolute_url())
        for each in rows
    }
    return {job.pk: titles[job.spec["deployment"]] for job in jobs if job.spec["deployment"] in titles}


def _sign(context: JobContext) -> Mapping[str, Any]:
    # Only where a job is done: with TUF comes boto3, which each start of a server would import for a 15th of its time.
    from forge.deployments.updates.actions.signer import sign_deployment

    return sign_deployment(context)


SIGN_DEPLOYMENT = JobKind(
    "deployment-updates",
    WorkerCapability.SIGN,
    _sign,
    "Signed update",
    titles=_titles,
    verb=Verb.DEPLOY,
    attempts=3,
    retention=timedelta(days=2),
)


def request_update(deployment: Deployment) -> None:
    """Asks the signer to sign what a deployment serves, unless it failed to before: somebody retries that on the page
    of jobs once the reason is gone."""
    _request([deployment])


def request_updates(now: datetime | None = None) -> None:
    """Asks the signer for the deployments whose documents are missing, end soon, or say something else than is true.

    With a clock that is behind it asks for none: new documents would have ended already, and those that are served are
    valid for a day at least.
    """
    now = now or timezone.now()
    if is_behind(now):
        _log.error("The clock says %s UTC, before the last upgrade of the server. Nothing is signed: set it.", now)
        return
    _request(due_deployments(now))


def _request(deployments: Sequence[Deployment]) -> None:
    """Asks the signer for the first of these. Those that failed or wait already are left out before the cut: they
    would stay the first, and no later one would be signed."""
    specs = {canonical_digest(spec): (deployment, spec) for deployment, spec in _specs(deployments)}
    jobs = Job.objects.filter(kind=SIGN_DEPLOYMENT.name, state__in=(JobState.FAILED, *UNFINISHED_STATES))
    known_digests = set(jobs.filter(spec_digest__in=specs).values_list("spec_digest", flat=True))
    for deployment, spec in [each for digest, each in specs.items() if digest not in known_digests][:MOST_AT_ONCE]:
        organisation = deployment.project.organisation_id
        enqueue(SIGN_DEPLOYMENT, organisation, spec, party=Party(organisation, None), project=deployment.project)


def _specs(deployments: Sequence[Deployment]) -> Iterator[tuple[Deployment, dict[str, Any]]]:
    """The spec of a job for each of them. It is another one once there is another release, document or key."""
    documents = UpdateDocument.objects.filter(deployment__in=deployments, role=UpdateRole.TIMESTAMP).order_by()
    newest = dict(documents.values_list("deployment").annotate(Max("version")))
    organisations = {deployment.project.organisation_id for deployment in deployments}
    keys = UpdateKey.objects.filter(organisation__in=organisations).exclude(ended=None).order_by()
    last_ends = dict(keys.values_list("organisation").annotate(Max("ended")))
    for deployment in deployments:
        replacement_time = last_ends.get(deployment.project.organisation_id)
        yield (
            deployment,
            {
                "deployment": str(deployment.pk),
                "release": deployment.last_release,
                "after": newest.get(deployment.pk, 0),
                "replaced": replacement_time.isoformat() if replacement_time else "",
            },
        )


def due_deployments(now: datetime) -> Sequence[Deployment]:
    """The deployments that the signer has something to sign for, those of withdrawn versions left out."""
    current_releases = Release.objects.filter(deployment=OuterRef("pk"), ended=None)
    withdrawn_runes = WithdrawnRune.objects.filter(
        repository__project=OuterRef("project"), digest=Subquery(current_releases.values("digest")[:1])
    )
    project = OuterRef("project__organisation")
    ended_keys = UpdateKey.objects.filter(organisation=project).exclude(ended=None).exclude(sealed="")
    rows = Deployment.objects.filter(project__deleted_at=None).select_related("project__organisation")
    rows = rows.annotate(
        root_now=Subquery(UpdateRoot.objects.filter(organisation=project).values("version")[:1]),
        name_now=Concat(F("project__organisation__name"), Value("/"), F("project__name"), Value("/"), F("name")),
    )
    current = UpdateDocument.objects.filter(
        deployment=OuterRef("pk"),
        role=UpdateRole.TIMESTAMP,
        release=OuterRef("last_release"),
        root=OuterRef("root_now"),
        target=OuterRef("name_now"),
        # One that ends later than it may was signed while the clock was ahead.
        expires__gt=now + LIFETIMES[UpdateRole.TIMESTAMP] / 2,
        expires__lte=now + LIFETIMES[UpdateRole.TIMESTAMP] + LONGEST_WAIT,
    )
    return list(rows.filter(Q(~Exists(current)) | Exists(ended_keys)).exclude(Exists(withdrawn_runes)))
