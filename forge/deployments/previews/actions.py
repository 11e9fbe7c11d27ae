"""Creating and ending the link to the preview of a change request."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import IntegerField

from forge.accounts.permissions import Verb
from forge.accounts.principals import token_of
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid
from forge.deployments.errors import PreviewEnded
from forge.deployments.previews.models import PreviewLink
from forge.deployments.previews.serializers import NEW_LINK
from forge.deployments.releases.changes import lock_project
from forge.reviews.changes.access import find_again
from forge.reviews.models import ChangeRequest
from forge.reviews.place import CHANGE

MAX_DAYS = 14
USUAL_DAYS = 7
PREFIX = "hf_pre_"
"""The prefix of keys of previews. People and searches for secrets recognise them."""


@act(
    "POST",
    CHANGE,
    "preview",
    "change_requests_preview_create",
    verb=Verb.DEPLOY,
    state=MAKES,
    answer=NEW_LINK,
    raises=Conflict,
)
@transaction.atomic
def create_preview_link(
    actor: Actor,
    change: ChangeRequest,
    days: Annotated[int, IntegerField(min_value=1, max_value=MAX_DAYS)] = USUAL_DAYS,
) -> tuple[ChangeRequest, str]:
    """Creates its link in place of an earlier one. The key is in this answer and in no other."""
    project = change.project
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
    return change, secret


@act("DELETE", CHANGE, "preview", "change_requests_preview_end", verb=Verb.DEPLOY, state=ENDS, answer=DONE)
@transaction.atomic
def end_preview_link(actor: Actor, change: ChangeRequest) -> None:
    """Ends its link at once. Where there is none, nothing happens."""
    rows = PreviewLink.objects.filter(change_request=change, revoked=None)
    if rows.update(revoked=timezone.now()):
        write_entry(actor, "preview.end", change.subject, change.project.place)
