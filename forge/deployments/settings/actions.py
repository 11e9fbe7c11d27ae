"""Creating, changing and deleting deployments."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from rest_framework.fields import BooleanField, CharField, ChoiceField

from forge.accounts.names import MAXIMUM_LENGTH, slug
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import IF_MATCH, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Gone, Invalid, Stale
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.deployments.announcements import DEPLOYMENT_CHANGED
from forge.deployments.bound_devices import require_unbound
from forge.deployments.errors import DeploymentExists, TooManyDeployments
from forge.deployments.etag_facets import serving_facet, settings_facet
from forge.deployments.hooks import telemetry_change
from forge.deployments.models import Deployment, DeploymentKind
from forge.deployments.place import DEPLOYMENT
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
from forge.deployments.releases.choices import Follow, SeenDigest, TagName, chosen_tag
from forge.deployments.serializers import CHANGED_DEPLOYMENT, NEW_DEPLOYMENT
from forge.deployments.settings.origins import Origins, checked_origins
from forge.deployments.settings.sources import checked_source
from forge.projects.models import Project
from forge.projects.place import PROJECT

MAX_DEPLOYMENTS = 100
"""Deployments of a project."""
MAX_TITLE = 60


Title = Annotated[str, CharField(max_length=MAXIMUM_LENGTH)]
Source = Annotated[str, CharField(max_length=MAXIMUM_LENGTH, allow_blank=True)]


@act(
    "POST",
    PROJECT,
    "deployments",
    "deployments_create",
    verb=Verb.DEPLOY,
    state=MAKES,
    answer=NEW_DEPLOYMENT,
    raises=(Conflict, Gone, Stale),
)
@transaction.atomic
def create_deployment(
    actor: Actor,
    project: Project,
    title: Title,
    kind: Annotated[str, ChoiceField(DeploymentKind.choices)],
    tag: TagName,
    follow: Follow = False,
    digest: SeenDigest = "",
    origins: Origins = (),
    promoted_from: Source = "",
) -> Deployment:
    """Creates a deployment that serves the build of a tag. Its name follows from its title and stays. With
    `promoted_from`, the name of another one, it follows no tag."""
    title, origins = _checked_title(title), checked_origins(origins)
    if kind not in DeploymentKind.values:
        message = f"Choose one of {', '.join(DeploymentKind.values)}."
        raise Invalid(message, errors={"kind": [message]})
    lock_project(project)
    own = Deployment.objects.filter(project=project)
    if own.filter(name=slug(title)).exists():
        message = f"{project.full_name} has a deployment {slug(title)} already. Choose another title."
        raise DeploymentExists(message, errors={"title": [message]})
    if own.count() >= MAX_DEPLOYMENTS:
        raise TooManyDeployments(f"A project has at most {MAX_DEPLOYMENTS} deployments. Delete one that is not needed.")
    source = checked_source(project, promoted_from)
    row, version = chosen_tag(actor, project, tag, follow=follow, digest=digest)
    require_accepted(row.build, version, row.manifest.blob_id)
    deployment = Deployment.objects.create(
        project=project,
        name=slug(title),
        title=title,
        kind=kind,
        origins=origins,
        follows=row.name if follow and source is None else "",
        promoted_from=source,
        created_by=actor.person,
    )
    release = begin_release(deployment, row.build, version, row.manifest.blob_id, chosen_by=actor.person)
    ReleaseRecord(deployment, release).record(actor, "deployment.create")
    return deployment


@act("PATCH", DEPLOYMENT, "", "deployments_change", verb=Verb.DEPLOY, state=IF_MATCH, answer=CHANGED_DEPLOYMENT)
@transaction.atomic
def change_deployment(
    actor: Actor,
    deployment: Deployment,
    title: Title | None = None,
    origins: Origins | None = None,
    telemetry: Annotated[bool | None, BooleanField()] = None,
    promoted_from: Source | None = None,
    *,
    precondition: Precondition = None,
) -> Deployment:
    """Changes the title, the origins, the deployment that it is promoted from, or whether it counts what devices and
    apps report. The name stays: apps have it. With a source it follows no tag any more: it changes when somebody
    promotes."""
    project = deployment.project
    deployment = lock_deployment(deployment)
    require_precondition((settings_facet(deployment),), precondition)
    before = _settings_of(deployment)
    if title is not None:
        deployment.title = _checked_title(title)
    if origins is not None:
        deployment.origins = checked_origins(origins)
    if promoted_from is not None:
        deployment.promoted_from = checked_source(project, promoted_from, deployment)
        if deployment.promoted_from is not None:
            require_unbound(deployment, "It is promoted from nothing: choose each version.")
        if deployment.promoted_from is not None:
            stop_following(deployment)
    after = _settings_of(deployment)
    if after != before:
        deployment.save(update_fields=["title", "origins", "promoted_from", *FOLLOWING])
        what = {"deployment": deployment.title, "before": before, "after": after}
        write_entry(actor, "deployment.change", project.stream, project.place, **what)
        append_event(project.stream, DEPLOYMENT_CHANGED(deployment=deployment.name), actor)
    if telemetry is not None:
        telemetry_change.call(actor, deployment, telemetry)
    return deployment


@act("DELETE", DEPLOYMENT, "", "deployments_delete", verb=Verb.MANAGE, state=IF_MATCH, answer=DONE)
@transaction.atomic
def delete_deployment(actor: Actor, deployment: Deployment, *, precondition: Precondition = None) -> None:
    """Deletes a deployment with its keys and history. Its address answers no app any more."""
    project = deployment.project
    deployment = lock_deployment(deployment)
    release = release_now(deployment)
    require_precondition((serving_facet(deployment, release), settings_facet(deployment)), precondition)
    what = {"deployment": deployment.title, "version": release.version, "digest": release.digest}
    write_entry(actor, "deployment.delete", project.stream, project.place, **what)
    append_event(project.stream, DEPLOYMENT_CHANGED(deployment=deployment.name), actor)
    # Dependent rows follow in `forge.deployments.registrations`, which also hears of a project that is purged.
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
        "promoted_from": source.title if source else "",
    }
