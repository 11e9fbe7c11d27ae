"""The caller of a deployment's address: the key that a request names, and the origin of the page that sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.utils import timezone

from forge.accounts.models import of_living_tokens
from forge.accounts.tokens.secrets import hash_secret
from forge.core.cache import windows
from forge.core.database.compiled_queries import CompiledLookup
from forge.core.errors import CountersUnavailable
from forge.deployments.access import may_deploy
from forge.deployments.models import Deployment, DeploymentKey, Release
from forge.deployments.serving.refusals import (
    KEY_EXPIRED,
    KEY_MISSING,
    KEY_REVOKED,
    KEY_UNKNOWN,
    ORIGIN_REFUSED,
    PROJECT_TAKEN_DOWN,
    RUNE_UNKNOWN,
    TOO_OFTEN,
    VERSION_WITHDRAWN,
    ServingRefusal,
)
from forge.projects.models import Project
from forge.registry.models import WithdrawnRune

CALLS_A_MINUTE = 6000
"""The limit for one key."""
_USE_WRITTEN_EVERY = timedelta(minutes=5)


def _deployments(organisation: str, project: str, name: str) -> QuerySet[Deployment]:
    rows = Deployment.objects.select_related("project__organisation").filter(
        project__organisation__name=organisation, project__name=project, project__deleted_at=None, name=name
    )
    return rows.order_by()[:1]


def _keys(secret_hash: str) -> QuerySet[DeploymentKey]:
    """The key of a secret, of a deployment that is there, with whether the token that made it lives."""
    return _with_token(DeploymentKey.objects.filter(secret_hash=secret_hash))


def _with_token(rows: QuerySet[DeploymentKey]) -> QuerySet[DeploymentKey]:
    token_lives = Case(When(of_living_tokens(), then=True), default=False)
    return rows.filter(deployment__project__deleted_at=None).annotate(token_lives=token_lives).order_by()


def _with_withdrawal(releases: QuerySet[Release]) -> QuerySet[Release]:
    withdrawn_runes = WithdrawnRune.objects.filter(
        repository__project=OuterRef("deployment__project"), digest=OuterRef("digest")
    )
    return releases.annotate(is_withdrawn=Exists(withdrawn_runes)).order_by("-number")[:1]


_by_address = CompiledLookup(_deployments, str, str, str)
_key_of_deployment = CompiledLookup(
    lambda secret_hash, deployment: _keys(secret_hash).filter(deployment=deployment).select_related("created_by")[:1],
    str,
    UUID,
)
_key_with_id = CompiledLookup(
    lambda key, deployment: _with_token(DeploymentKey.objects.filter(pk=key, deployment=deployment)).select_related(
        "created_by"
    )[:1],
    UUID,
    UUID,
)
_key_of_any = CompiledLookup(
    lambda secret_hash: _keys(secret_hash).select_related("created_by", "deployment__project__organisation")[:1], str
)
_served_release = CompiledLookup(
    lambda deployment: _with_withdrawal(Release.objects.filter(deployment=deployment, ended=None)), UUID
)
_of_rune = CompiledLookup(
    lambda deployment, rune: _with_withdrawal(Release.objects.filter(deployment=deployment, rune=rune)), UUID, str
)
"""These are asked with each request of an app."""


def find_by_address(organisation: str, project: str, name: str) -> Deployment | None:
    """The deployment of a living project at an address."""
    return _by_address.first(organisation, project, name)


@dataclass(frozen=True)
class AppCaller:
    """A key that somebody sent, and its deployment."""

    deployment: Deployment
    key: DeploymentKey
    has_living_token: bool
    """False if the token that created the key has ended."""


def find_caller(secret: str, deployment: Deployment | None = None) -> AppCaller:
    """Returns the key that a secret is of, also one that has ended.

    `deployment` is the only one whose keys are searched, or None to search those of all. Raises `ServingRefusal`.
    """
    if not secret:
        raise ServingRefusal(KEY_MISSING)
    secret_hash = hash_secret(secret)
    if deployment is None:
        key = _key_of_any.first(secret_hash)
    else:
        key = _key_of_deployment.first(secret_hash, deployment.pk)
    if key is None:
        raise ServingRefusal(KEY_UNKNOWN)
    return _caller_with(deployment or key.deployment, key)


def require_key(deployment: Deployment | None, secret: str) -> AppCaller:
    """Returns the key of a deployment that a secret is of, and that has not ended.

    Raises `ServingRefusal`. An unknown deployment is answered as an unknown key is.
    """
    if deployment is None:
        raise ServingRefusal(KEY_UNKNOWN if secret else KEY_MISSING)
    caller = find_caller(secret, deployment)
    require_living(caller)
    return caller


def require_key_with_id(deployment: Deployment | None, key: UUID) -> AppCaller:
    """Returns the key of a deployment with this id, which the addresses of runes have that an app got with the key.

    Raises `ServingRefusal` as `require_key` does.
    """
    row = None if deployment is None else _key_with_id.first(key, deployment.pk)
    if deployment is None or row is None:
        raise ServingRefusal(KEY_UNKNOWN)
    caller = _caller_with(deployment, row)
    require_living(caller)
    return caller


def _caller_with(deployment: Deployment, key: DeploymentKey) -> AppCaller:
    return AppCaller(deployment, key, bool(getattr(key, "token_lives")))  # noqa: B009 (annotated)


def require_living(caller: AppCaller) -> None:
    """Raises `ServingRefusal` for a key that has ended, by itself or with the right of the person who created it."""
    key = caller.key
    if key.revoked is not None:
        raise ServingRefusal(KEY_REVOKED)
    if key.has_ended:
        raise ServingRefusal(KEY_EXPIRED)
    if not caller.has_living_token or key.created_by is None or not key.created_by.is_active:
        raise ServingRefusal(KEY_REVOKED)
    if not may_deploy(caller.deployment.project)(key.created_by):
        raise ServingRefusal(KEY_REVOKED)


def require_origin(deployment: Deployment | None, origin: str) -> None:
    """Raises `ServingRefusal` for a page of an origin that the deployment does not name. A program sends no origin."""
    if origin and (deployment is None or origin not in deployment.origins):
        raise ServingRefusal(ORIGIN_REFUSED)


def require_rate(key: UUID) -> None:
    """Counts a call with the key of a deployment. Raises `ServingRefusal` where there were too many within a minute."""
    require_calls_within(key, CALLS_A_MINUTE)


def require_calls_within(key: UUID, limit: int) -> None:
    """Counts a call with a key. Raises `ServingRefusal` where there were more than `limit` within a minute."""
    try:
        calls = windows.count(f"deployment-key:{key.hex}", 60)
    except CountersUnavailable:
        # A call is let in without being counted.
        return
    if calls.times > limit:
        raise ServingRefusal(TOO_OFTEN, f"The key may be used {limit} times a minute. Ask again in a minute.")


def served_release(deployment: Deployment) -> Release:
    """The release that a deployment serves. Raises `ServingRefusal` where it was withdrawn, or its project was taken
    down."""
    return _require_servable(_served_release.first(deployment.pk), deployment, deployment.title)


def release_of_rune(deployment: Deployment, rune: str) -> Release:
    """The newest release with a rune of this digest, also one that was served before: a page may have loaded its
    address a moment ago. Raises `ServingRefusal`."""
    return _require_servable(_of_rune.first(deployment.pk, rune), deployment, "This rune")


def require_not_taken_down(project: Project) -> None:
    """Raises `ServingRefusal` for a project that the operator took down. Callers who know no key and no digest are
    refused before: to them a private project is as if it were not there."""
    if project.taken_down is not None:
        raise ServingRefusal(PROJECT_TAKEN_DOWN)


def note_use(key: DeploymentKey) -> None:
    """Stores when a key was used last, at most every five minutes."""
    now = timezone.now()
    if key.last_used is None or key.last_used < now - _USE_WRITTEN_EVERY:
        DeploymentKey.objects.filter(pk=key.pk).update(last_used=now)


def _require_servable(release: Release | None, deployment: Deployment, what: str) -> Release:
    if release is None:
        raise ServingRefusal(RUNE_UNKNOWN)
    require_not_taken_down(deployment.project)
    if getattr(release, "is_withdrawn"):  # noqa: B009 (annotated)
        raise ServingRefusal(VERSION_WITHDRAWN, f"{what} cannot be served: its project withdrew {release.version}.")
    return release
