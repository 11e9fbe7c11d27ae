"""Keys of deployments: creating, rotating and revoking them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, IntegerField

from forge.accounts.permissions import Verb
from forge.accounts.principals import token_of
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import IF_MATCH, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.deployments.access import find_key
from forge.deployments.announcements import DEPLOYMENT_CHANGED
from forge.deployments.errors import KeyEnded, TooManyDeployments
from forge.deployments.etag_facets import key_facet
from forge.deployments.models import Deployment, DeploymentKey, DeploymentKind
from forge.deployments.place import DEPLOYMENT
from forge.deployments.releases.changes import lock_deployment
from forge.deployments.serializers import NEW_KEY

MAX_KEYS = 100
"""Keys of a deployment that have not ended."""
MAX_NAME = 40
MAX_DAYS = 3650
MAX_OVERLAP_DAYS = 90
USUAL_OVERLAP_DAYS = 7
PREFIXES = {DeploymentKind.WEB: "hf_web_", DeploymentKind.APP: "hf_app_", DeploymentKind.DEVICES: "hf_dev_"}
"""The prefixes of keys. People and searches for secrets recognise them."""
_SHOWN_FIRST, _SHOWN_LAST = 6, 2


@act(
    "POST", DEPLOYMENT, "keys", "deployment_keys_create", verb=Verb.DEPLOY, state=MAKES, answer=NEW_KEY, raises=Conflict
)
@transaction.atomic
def create_key(
    actor: Actor,
    deployment: Deployment,
    name: Annotated[str, CharField(max_length=100)],
    days: Annotated[int | None, IntegerField(allow_null=True, min_value=1, max_value=MAX_DAYS)] = None,
) -> tuple[DeploymentKey, str]:
    """Creates a key, which ends after some days or never. Its secret is in this answer and in no other."""
    name = _checked_name(name)
    expires = None if days is None else timezone.now() + timedelta(days=_checked_days(days, "days", 1, MAX_DAYS))
    deployment = lock_deployment(deployment)
    _require_room(deployment)
    key, secret = _new_key(actor, deployment, name, expires)
    _record(actor, "key.create", deployment, key)
    return key, secret


@act(
    "POST",
    DEPLOYMENT,
    "keys/<uuid:key_id>/rotate",
    "deployment_keys_rotate",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=NEW_KEY,
    raises=Conflict,
)
@transaction.atomic
def rotate_key(
    actor: Actor,
    deployment: Deployment,
    key_id: UUID,
    overlap_days: Annotated[int, IntegerField(min_value=0, max_value=MAX_OVERLAP_DAYS)] = USUAL_OVERLAP_DAYS,
    *,
    precondition: Precondition = None,
) -> tuple[DeploymentKey, str]:
    """Creates a key of the same name, which lasts as long as the one of this address did. That one ends after the
    overlap, during which both count."""
    overlap = timedelta(days=_checked_days(overlap_days, "overlap_days", 0, MAX_OVERLAP_DAYS))
    deployment, key = _lock_key(deployment, key_id, precondition)
    now = timezone.now()
    lasts = None if key.expires is None else now + (key.expires - key.created)
    key.expires = min(each for each in (key.expires, now + overlap) if each is not None)
    key.save(update_fields=["expires"])
    _require_room(deployment)
    successor, secret = _new_key(actor, deployment, key.name, lasts)
    _record(actor, "key.rotate", deployment, key, ends=key.expires.isoformat())
    return successor, secret


@act(
    "DELETE",
    DEPLOYMENT,
    "keys/<uuid:key_id>",
    "deployment_keys_revoke",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=DONE,
    raises=Conflict,
)
@transaction.atomic
def revoke_key(
    actor: Actor, deployment: Deployment, key_id: UUID, *, precondition: Precondition = None
) -> DeploymentKey:
    """Ends the key at once."""
    deployment, key = _lock_key(deployment, key_id, precondition)
    key.revoked = timezone.now()
    key.save(update_fields=["revoked"])
    _record(actor, "key.revoke", deployment, key)
    return key


def _record(actor: Actor, action: str, deployment: Deployment, key: DeploymentKey, **more: str) -> None:
    """Writes the audit entry and the event of an act on a key."""
    project = deployment.project
    what = {"deployment": deployment.title, "key": f"{key.name} ({key.hint})"} | more
    write_entry(actor, action, project.stream, project.place, **what)
    append_event(project.stream, DEPLOYMENT_CHANGED(deployment=deployment.name), actor)


def _lock_key(deployment: Deployment, key_id: UUID, precondition: Precondition) -> tuple[Deployment, DeploymentKey]:
    deployment = lock_deployment(deployment)
    row = find_key(deployment, key_id)
    require_precondition((key_facet(row),), precondition)
    if row.has_ended:
        raise KeyEnded(f"The key {row.name} has ended. Create another one.")
    return deployment, row


def _require_room(deployment: Deployment) -> None:
    """Raises `TooManyDeployments`. The deployment is locked."""
    if DeploymentKey.objects.open().filter(deployment=deployment).count() >= MAX_KEYS:
        raise TooManyDeployments(f"A deployment has at most {MAX_KEYS} keys. Revoke one that is not needed.")


def _new_key(actor: Actor, deployment: Deployment, name: str, expires: datetime | None) -> tuple[DeploymentKey, str]:
    secret = new_secret(PREFIXES[DeploymentKind(deployment.kind)])
    key = DeploymentKey.objects.create(
        deployment=deployment,
        name=name,
        secret_hash=hash_secret(secret),
        hint=f"{secret[:_SHOWN_FIRST]}…{secret[-_SHOWN_LAST:]}",
        created_by=actor.person,
        created_by_token=token_of(actor),
        expires=expires,
    )
    return key, secret


def _checked_name(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > MAX_NAME:
        message = f"Enter a name of at most {MAX_NAME} characters, such as the app that will have the key."
        raise Invalid(message, errors={"name": [message]})
    return name


def _checked_days(days: int, field: str, least: int, most: int) -> int:
    if not least <= days <= most:
        message = f"Enter a number of days from {least} to {most}."
        raise Invalid(message, errors={field: [message]})
    return days
