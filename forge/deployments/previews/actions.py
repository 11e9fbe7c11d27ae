"""Creating and ending the link to the preview of a change request."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.accounts.principals import token_of
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.deployments.errors import PreviewEnded
from forge.deployments.previews.models import PreviewLink
from forge.deployments.releases.changes import lock_project
from forge.projects.access import require
from forge.reviews.changes.access import find_again
from forge.reviews.models import ChangeRequest

MAX_DAYS = 14
USUAL_DAYS = 7
PREFIX = "hf_pre_"
"""The prefix of keys of previews. People and searches for secrets recognise them."""


@transaction.atomic
def create_preview_link(actor: Actor, change: ChangeRequest, days: int = USUAL_DAYS) -> str:
    """Creates the link of a preview in place of an earlier one, and returns its key, which is shown this once.

    Raises `Forbidden`, `Invalid` and `PreviewEnded`.
    """
    project = change.project
    require(actor, Verb.DEPLOY, project)
    if not 1 <= days <= MAX_DAYS:
        message = f"Enter a number of days from 1 to {MAX_DAYS}."
        raise Invalid(message, errors={"days": [message]})
    lock_project(project)
    if not find_again(change).is_open:
        raise PreviewEnded(f"Change request {change.number} is closed, and its preview with it.")
    now = timezone.now()
    PreviewLink.objects.filter(change_request=change, revoked=None).update(revoked=now)
    secret = new_secret(PREFIX)
    PreviewLink.objects.create(
        change_request=change,
        secret_hash=hash_secret(secret),
        hint=f"{secret[:6]}…{secret[-2:]}",
        created_by=actor.person,
        created_by_token=token_of(actor),
        expires=now + timedelta(days=days),
    )
    write_entry(actor, "preview.create", change.subject, project.place, days=days)
    return secret


@transaction.atomic
def end_preview_link(actor: Actor, change: ChangeRequest) -> None:
    """Ends the link of a preview at once. Where there is none, nothing happens. Raises `Forbidden`."""
    require(actor, Verb.DEPLOY, change.project)
    rows = PreviewLink.objects.filter(change_request=change, revoked=None)
    if rows.update(revoked=timezone.now()):
        write_entry(actor, "preview.end", change.subject, change.project.place)
