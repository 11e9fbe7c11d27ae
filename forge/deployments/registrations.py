"""The hooks that deployments register with lower floors, and their periodic work: tags move, deployments follow."""

from __future__ import annotations

import logging
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.signals import post_delete
from django.dispatch import receiver

from forge.accounts.principals import INSTALLATION
from forge.core.actors import Actor
from forge.core.errors import DomainError
from forge.core.events.log import event_written, stored_event
from forge.core.models import Event
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.deployments import withdrawn_samples as withdrawn_samples
from forge.deployments.actions import follow_tag
from forge.deployments.fleet.assigned import first_root_of, refresh_project
from forge.deployments.images.access import image_of_release
from forge.deployments.models import Deployment, DeploymentQuerySet, Release
from forge.deployments.previews import announcements as _preview_sentences  # noqa: F401  declares them
from forge.deployments.previews.access import preview_of
from forge.deployments.serving.calls import FLUSH_EVERY, write_calls
from forge.deployments.serving.player_script import STORE_EVERY, store_script
from forge.deployments.updates import announcements as _sentences  # noqa: F401  declares them
from forge.deployments.updates.jobs import REQUEST_EVERY, SIGN_DEPLOYMENT, request_update, request_updates
from forge.fleet.groups.assignments import unbind_group
from forge.fleet.hooks import first_root, stock_image
from forge.jobs.kinds import register as register_kind
from forge.projects.models import Project
from forge.registry.hooks import Dependant, DependantKind, dependants
from forge.registry.models import Tag
from forge.reviews.hooks import ServedChange, served_changes
from forge.reviews.models import ChangeRequest

_log = logging.getLogger(__name__)

WAKING_EVENTS = frozenset({"tag.published", "tag.withdrawn", "tag.described", "review.changed", "check.posted"})
"""Types of events after which the gate may say something else of what a followed tag names."""
FOLLOW_EVERY = 60.0
"""Seconds between looks at all deployments that follow a tag."""


def follow_project(project: UUID) -> None:
    """Moves the deployments of a project that follow a tag."""
    _follow(Deployment.objects.filter(project=project).exclude(follows=""))


def follow_all() -> None:
    """Moves the deployments whose tag names something else than they serve."""
    tags = Tag.objects.filter(repository__project=OuterRef("project"), name=OuterRef("follows"))
    current_releases = Release.objects.filter(deployment=OuterRef("pk"), ended=None)
    rows = Deployment.objects.exclude(follows="").annotate(
        named=Subquery(tags.values("manifest__blob_id")[:1]), served=Subquery(current_releases.values("digest")[:1])
    )
    _follow(rows.filter(~Q(named=F("served")) | ~Q(blocked_digest="")))


def _follow(deployments: DeploymentQuerySet) -> None:
    for deployment in deployments.filter(project__deleted_at=None).select_related("project__organisation"):
        try:
            follow_tag(INSTALLATION, deployment)
        except DomainError as error:
            _log.warning("Deployment %s did not follow its tag: %s", deployment.pk, error.detail)


@event_written.register
def wake_followers(event: Event) -> None:
    """Looks at a project's deployments once the event's transaction has ended."""
    if event.type in WAKING_EVENTS:
        transaction.on_commit(partial(follow_project, stored_event(event).holder), robust=True)


def request_updates_of(project: UUID, name: str) -> None:
    """Has the signer sign what a deployment serves now."""
    rows = Deployment.objects.filter(project=project, name=name, project__deleted_at=None)
    for deployment in rows.select_related("project__organisation"):
        request_update(deployment)


@event_written.register
def wake_signer(event: Event) -> None:
    """Asks the signer once the transaction has ended that changed what a deployment serves."""
    if event.type == "deployment.served":
        event_record = stored_event(event)
        transaction.on_commit(
            partial(request_updates_of, event_record.holder, event_record.data["deployment"]), robust=True
        )


@event_written.register
def take_back(event: Event) -> None:
    """Has devices keep what they run where the version that they shall run was withdrawn."""
    if event.type == "tag.withdrawn":
        transaction.on_commit(partial(refresh_project, stored_event(event).holder), robust=True)


@receiver(post_delete, sender=Deployment)
def unbind_devices(instance: Deployment, **_: object) -> None:
    """Leaves the devices of a deployment that was deleted without one, also with its project."""
    unbind_group(instance.pk)


@dependants.register
def deployments_that_serve(actor: Actor, project: Project) -> list[Dependant]:
    """The project's deployments, each with the version that it serves."""
    mine = Deployment.objects.visible_to(actor).filter(project=project)
    releases = Release.objects.filter(ended=None, deployment__in=mine.values("pk"))
    return [
        Dependant(DependantKind.DEPLOYMENT, each.deployment.title, each.deployment.get_absolute_url(), each.version)
        for each in releases.select_related("deployment__project__organisation")
    ]


@served_changes.register
def preview_on_page(change: ChangeRequest) -> ServedChange:
    """The preview of a change request, for its page."""
    preview = preview_of(change)
    number = preview.build.number if preview.build else None
    return ServedChange(f"{change.get_absolute_url()}/preview", number, preview.hint)


register(
    PeriodicTask(
        "deployments", FOLLOW_EVERY, RunsIn.ONE_WORKER, "moves deployments whose followed tag moved", follow_all
    )
)
first_root.register(first_root_of)
stock_image.register(image_of_release)
register_kind(SIGN_DEPLOYMENT)
register(
    PeriodicTask(
        "updates", REQUEST_EVERY, RunsIn.ONE_WORKER, "asks the signer to sign what deployments serve", request_updates
    )
)
register(
    PeriodicTask("calls", FLUSH_EVERY, RunsIn.EACH_SERVER, "writes down how often deployments were asked", write_calls)
)
register(
    PeriodicTask(
        "player-script",
        STORE_EVERY,
        RunsIn.EACH_SERVER,
        "stores the script of <rune-player> that pages of others name",
        store_script,
    )
)
