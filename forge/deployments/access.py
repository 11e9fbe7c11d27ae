"""Finding deployments and their keys for a person: unknown and forbidden look the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Prefetch, QuerySet

from forge.accounts.permissions import Verb, can
from forge.accounts.tokens.secrets import hash_secret
from forge.core.actors import Actor
from forge.deployments.errors import DeploymentNotFound, KeyNotFound
from forge.deployments.models import CallsOfDay, Deployment, DeploymentKey, DeploymentQuerySet, Release
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.models import Tag, WithdrawnRune

SHOWN_RELEASES = 10
"""Releases in the history that pages and the API show."""


def deployments_of(actor: Actor, project: Project) -> DeploymentQuerySet:
    """A project's deployments with their newest releases and their keys, the oldest first. Raises `Forbidden` or
    `NotFound`."""
    require(actor, Verb.READ, project)
    releases = Release.objects.select_related("chosen_by", "build").order_by("-number")
    newest = releases.filter(number__gt=F("deployment__last_release") - SHOWN_RELEASES)
    return (
        Deployment.objects.visible_to(actor)
        .filter(project=project)
        .select_related("project__organisation", "promoted_from")
        .prefetch_related(
            Prefetch("releases", newest),
            Prefetch("keys", DeploymentKey.objects.order_by("created")),
            Prefetch("promoted_from__releases", releases.filter(ended=None)),
        )
    )


def find_deployment(actor: Actor, project: Project, name: str) -> Deployment:
    """Returns a deployment. Raises `Forbidden`, `NotFound` and `DeploymentNotFound`."""
    deployment = deployments_of(actor, project).filter(name=name).first()
    if deployment is None:
        raise DeploymentNotFound(f"{project.full_name} has no deployment {name[:60]}.")
    return deployment


def releases_between(deployment: Deployment, start: datetime, end: datetime) -> QuerySet[Release]:
    """Returns the releases of a deployment that started from one time to before another, the newest first. The caller
    has found the deployment."""
    return Release.objects.filter(deployment=deployment, started__gte=start, started__lt=end).order_by("-number")


def find_key(deployment: Deployment, key_id: UUID) -> DeploymentKey:
    """A key of a deployment that the caller has found. Raises `KeyNotFound`."""
    key = next((each for each in deployment.keys.all() if each.pk == key_id), None)
    if key is None:
        raise KeyNotFound(f"{deployment.title} has no such key.")
    return key


def require_key_of(deployment: Deployment, secret: str) -> None:
    """Raises `KeyNotFound` where a secret is of no key of a deployment that the caller has found."""
    secret_hash = hash_secret(secret)
    if all(each.secret_hash != secret_hash for each in deployment.keys.all()):
        raise KeyNotFound(f"{deployment.title} has no such key.")


def version_of(tag: Tag) -> str:
    """Returns the name of a tag's build for people: its version, or the tag itself if there is none."""
    names = Tag.objects.filter(repository=tag.repository_id, build=tag.build_id, moves=False, withdrawn=None)
    return names.order_by("created").values_list("name", flat=True).first() or tag.name


def calls_since(deployments: Sequence[Deployment], day: date) -> Mapping[UUID, Sequence[CallsOfDay]]:
    """The counts of calls from a day on, by the deployment. The caller has found the deployments."""
    calls: dict[UUID, list[CallsOfDay]] = defaultdict(list)
    for row in CallsOfDay.objects.filter(deployment__in=deployments, day__gte=day):
        calls[row.deployment_id].append(row)
    return calls


def withdrawn_of(deployments: Sequence[Deployment]) -> frozenset[str]:
    """The digests of manifests that the projects of deployments took back. The caller has found the deployments."""
    projects = {each.project_id for each in deployments}
    rows = WithdrawnRune.objects.filter(repository__project__in=projects)
    return frozenset(rows.values_list("digest", flat=True))


def may_deploy(project: Project) -> Callable[[Actor], bool]:
    """Returns a function that says whether somebody has the right that keys of a project work with."""
    return lambda actor: project.deleted_at is None and can(actor, Verb.DEPLOY, project)
