"""Creating, changing and deleting deployments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from forge.accounts.organisations.names import slug
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.deployments.announcements import DEPLOYMENT_CHANGED
from forge.deployments.errors import DeploymentExists, TooManyDeployments
from forge.deployments.facets import serving_facet, settings_facet
from forge.deployments.models import Deployment, DeploymentKind
from forge.deployments.releases.actions.records import ReleaseRecord
from forge.deployments.releases.changes import (
    FOLLOWING,
    begin_release,
    lock_deployment,
    lock_project,
    release_now,
    require_accepted,
    stop_following,
)
from forge.deployments.releases.choices import TagChoice, chosen_tag
from forge.deployments.settings.origins import checked_origins
from forge.deployments.settings.sources import checked_source
from forge.projects.access import require
from forge.projects.models import Project

MAX_DEPLOYMENTS = 100
"""Deployments of a project."""
MAX_TITLE = 60


@dataclass(frozen=True)
class NewDeployment:
    """A deployment that somebody creates, and what it serves first."""

    title: str
    kind: str
    choice: TagChoice
    origins: Collection[str] = ()
    promoted_from: str = ""
    """The name of the deployment that it is promoted from. With a name, the new deployment follows no tag. The default,
    "", names none."""


@dataclass(frozen=True)
class DeploymentChange:
    """The new settings of a deployment; None leaves one as it is."""

    title: str | None = None
    origins: Collection[str] | None = None
    telemetry: bool | None = None
    promoted_from: str | None = None
    """The name of another deployment of the project, or "" to end promotion."""


@transaction.atomic
def create_deployment(actor: Actor, project: Project, new: NewDeployment) -> Deployment:
    """Creates a deployment, whose name follows from its title, with its first release.

    Raises `Forbidden`, `Invalid`, `BadOrigin`, `NoSuchTag`, `TagWithdrawn`, `VersionNotAccepted`, `DeploymentExists`
    and `TooManyDeployments`.
    """
    require(actor, Verb.DEPLOY, project)
    title, origins = _checked_title(new.title), checked_origins(new.origins)
    if new.kind not in DeploymentKind.values:
        message = f"Choose one of {', '.join(DeploymentKind.values)}."
        raise Invalid(message, errors={"kind": [message]})
    lock_project(project)
    own = Deployment.objects.filter(project=project)
    if own.filter(name=slug(title)).exists():
        message = f"{project.full_name} has a deployment {slug(title)} already. Choose another title."
        raise DeploymentExists(message, errors={"title": [message]})
    if own.count() >= MAX_DEPLOYMENTS:
        raise TooManyDeployments(f"A project has at most {MAX_DEPLOYMENTS} deployments. Delete one that is not needed.")
    source = checked_source(project, new.promoted_from)
    tag, version = chosen_tag(actor, project, new.choice)
    require_accepted(tag.build, version, tag.manifest.blob_id)
    deployment = Deployment.objects.create(
        project=project,
        name=slug(title),
        title=title,
        kind=new.kind,
        origins=origins,
        follows=tag.name if new.choice.follow and source is None else "",
        promoted_from=source,
        created_by=actor.person,
    )
    release = begin_release(deployment, tag.build, version, tag.manifest.blob_id, chosen_by=actor.person)
    ReleaseRecord(deployment, release).record(actor, "deployment.create")
    return deployment


@transaction.atomic
def change_deployment(
    actor: Actor, deployment: Deployment, change: DeploymentChange, *, precondition: Precondition = None
) -> Deployment:
    """Changes the title, the origins, the deployment that it is promoted from, or whether reports of apps are counted.
    The name stays: apps have it. With a source it follows no tag any more: it changes when somebody promotes.

    Raises `Forbidden`, `Stale`, `Invalid` and `BadOrigin`.
    """
    project = deployment.project
    require(actor, Verb.DEPLOY, project)
    deployment = lock_deployment(deployment)
    require_precondition((settings_facet(deployment),), precondition)
    before = _settings_of(deployment)
    if change.title is not None:
        deployment.title = _checked_title(change.title)
    if change.origins is not None:
        deployment.origins = checked_origins(change.origins)
    if change.telemetry is not None:
        deployment.telemetry = change.telemetry
    if change.promoted_from is not None:
        deployment.promoted_from = checked_source(project, change.promoted_from, deployment)
        if deployment.promoted_from is not None:
            stop_following(deployment)
    after = _settings_of(deployment)
    if after != before:
        deployment.save(update_fields=["title", "origins", "telemetry", "promoted_from", *FOLLOWING])
        what = {"deployment": deployment.title, "before": before, "after": after}
        write_entry(actor, "deployment.change", project.stream, project.place, **what)
        append_event(project.stream, DEPLOYMENT_CHANGED(deployment=deployment.name), actor)
    return deployment


@transaction.atomic
def delete_deployment(actor: Actor, deployment: Deployment, *, precondition: Precondition = None) -> None:
    """Deletes a deployment with its keys and history: its address answers no app any more. Raises `Forbidden` and
    `Stale`."""
    project = deployment.project
    require(actor, Verb.MANAGE, project)
    deployment = lock_deployment(deployment)
    release = release_now(deployment)
    require_precondition((serving_facet(deployment, release), settings_facet(deployment)), precondition)
    what = {"deployment": deployment.title, "version": release.version, "digest": release.digest}
    write_entry(actor, "deployment.delete", project.stream, project.place, **what)
    append_event(project.stream, DEPLOYMENT_CHANGED(deployment=deployment.name), actor)
    deployment.delete()


def _checked_title(title: str) -> str:
    title = " ".join(title.replace("\0", "").split())
    if not title or len(title) > MAX_TITLE:
        message = f"Enter a title of at most {MAX_TITLE} characters, such as Website."
        raise Invalid(message, errors={"title": [message]})
    return title


def _settings_of(deployment: Deployment) -> dict[str, object]:
    source = deployment.promoted_from
    return {
        "title": deployment.title,
        "origins": deployment.origins,
        "telemetry": deployment.telemetry,
        "promoted_from": source.title if source else "",
    }
