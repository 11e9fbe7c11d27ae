"""Turning telemetry of a deployment on and off. It is off unless somebody who may deploy turns it on."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import SETS
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.deployments.fleet.assigned import refresh_assignment
from forge.deployments.models import Deployment
from forge.deployments.place import DEPLOYMENT
from forge.deployments.releases.changes import lock_deployment
from forge.telemetry.switch.announcements import TELEMETRY_CHANGED
from forge.telemetry.switch.hooks import telemetry_turned_off
from forge.telemetry.switch.models import DeploymentTelemetry


@act("PUT", DEPLOYMENT, "telemetry", "deployments_turn_telemetry_on", verb=Verb.DEPLOY, state=SETS, answer=DONE)
@transaction.atomic
def turn_on(actor: Actor, deployment: Deployment) -> None:
    """Turns telemetry of a deployment on: its devices send the counts of each day from then on, and the reports of its
    apps and pages are counted."""
    _change(actor, deployment, is_on=True)


@act("DELETE", DEPLOYMENT, "telemetry", "deployments_turn_telemetry_off", verb=Verb.DEPLOY, state=SETS, answer=DONE)
@transaction.atomic
def turn_off(actor: Actor, deployment: Deployment) -> None:
    """Turns telemetry of a deployment off: nothing new is taken, and devices delete what they have not sent. What is
    here stays until its end."""
    _change(actor, deployment, is_on=False)


def _change(actor: Actor, deployment: Deployment, *, is_on: bool) -> None:
    """Writes whether a deployment counts, and tells its devices. What is so already changes nothing."""
    project = deployment.project
    deployment = lock_deployment(deployment)
    former = DeploymentTelemetry.objects.filter(deployment=deployment).first()
    if (former is not None and former.is_on) == is_on:
        return
    values = {"is_on": is_on, "changed": timezone.now(), "changed_by": actor.person}
    DeploymentTelemetry.objects.update_or_create(deployment=deployment, defaults=values)
    refresh_assignment(deployment)
    if not is_on:
        telemetry_turned_off.call(deployment)
    action = "telemetry.on" if is_on else "telemetry.off"
    write_entry(actor, action, project.stream, project.place, deployment=deployment.title)
    append_event(
        project.stream, TELEMETRY_CHANGED(deployment=deployment.name, title=deployment.title, is_on=is_on), actor
    )
