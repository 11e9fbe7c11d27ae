"""Starting a rollout: a release begins, and devices get it as its plan allows."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from rest_framework.fields import CharField, IntegerField

from forge.accounts.access import require_in
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, Stale
from forge.core.preconditions import Precondition, require_precondition
from forge.deployments.bound_devices import NotBound, require_seen_devices
from forge.deployments.etag_facets import serving_facet
from forge.deployments.models import Deployment
from forge.deployments.place import DEPLOYMENT
from forge.deployments.releases.actions.records import ReleaseRecord
from forge.deployments.releases.changes import begin_release, lock_deployment, release_now, require_accepted
from forge.deployments.releases.choices import TagName, chosen_tag
from forge.fleet.groups.assignments import assignment_of
from forge.fleet.groups.rollouts import begin_rollout
from forge.rollouts.announcements import announce
from forge.rollouts.machine import RolloutState
from forge.rollouts.models import DecisionKind, Rollout, RolloutDecision
from forge.rollouts.plan import BadPlan, RolloutPlan
from forge.rollouts.plan_serializers import NewRolloutPlanSerializer
from forge.rollouts.serializers import ROLLOUT_ANSWER


class ReleaseNotSigned(Conflict):
    """The release that devices have now is not signed yet."""

    title = "The present release is not signed yet"


@act(
    "POST",
    DEPLOYMENT,
    "rollouts",
    "rollouts_start",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=ROLLOUT_ANSWER,
    raises=(Conflict, Stale),
)
@transaction.atomic
def start_rollout(
    actor: Actor,
    deployment: Deployment,
    tag: TagName,
    digest: Annotated[str, CharField(max_length=71)],
    devices: Annotated[int, IntegerField(min_value=0, max_value=2**31 - 1)],
    plan: Annotated[object, NewRolloutPlanSerializer()],
    *,
    precondition: Precondition = None,
) -> Rollout:
    """Starts a rollout of the build of a tag to the devices of the deployment's group, in the stages of a plan. The tag
    must name the manifest `digest`, and `devices` is the number of devices that the caller saw: what was reviewed is
    what goes out, to the devices that were meant."""
    deployment = lock_deployment(deployment)
    before = release_now(deployment)
    require_precondition((serving_facet(deployment, before),), precondition)
    require_in(actor, Verb.CHANGE_DEVICES, deployment.project.organisation)
    assignment = assignment_of(deployment.pk)
    if assignment is None:
        raise NotBound(f"{deployment.title} is for no group of devices. Bind it to one first.")
    require_seen_devices(deployment, devices)
    if assignment.number != before.number:
        raise ReleaseNotSigned(f"{before.version} is not signed yet. Try again in a minute.")
    try:
        checked_plan = RolloutPlan.from_json(plan)
    except BadPlan as error:
        raise Invalid(str(error), errors={"plan": [str(error)]}) from error
    row, version = chosen_tag(actor, deployment.project, tag, follow=False, digest=digest)
    if not digest:
        raise Invalid("Name the digest that you saw.", errors={"digest": ["Name the digest that you saw."]})
    require_accepted(row.build, version, row.manifest.blob_id)
    if row.manifest.blob_id == before.digest:
        raise Invalid(f"{deployment.title} serves {version} already.")
    release = begin_release(deployment, row.build, version, row.manifest.blob_id, chosen_by=actor.person)
    ReleaseRecord(deployment, release, before.version).record(actor, "deployment.serve")
    now = timezone.now()
    last = Rollout.objects.filter(deployment=deployment).aggregate(last=Max("number"))["last"] or 0
    rollout = Rollout.objects.create(
        deployment=deployment,
        number=last + 1,
        release=release,
        former=before,
        group=assignment.group.title,
        state=RolloutState.RUNNING,
        changed=now,
        plan_json=checked_plan.to_json(),
        started_by=actor.person,
        started=now,
    )
    begin_rollout(assignment, rollout.pk, release.number)
    RolloutDecision.objects.create(rollout=rollout, kind=DecisionKind.START, person=actor.person, at=now)
    write_entry(
        actor,
        "rollout.start",
        deployment.project.stream,
        deployment.project.place,
        deployment=deployment.title,
        version=version,
        digest=release.digest,
        group=rollout.group,
        devices=devices,
    )
    announce(rollout, "started", actor)
    return rollout
