"""Webhooks, as grants: one sends while the person who made it, or took it over, may manage webhooks there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from urllib.parse import urlsplit
from uuid import UUID

from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.models import Organisation, User, of_living_tokens
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.events.log import append_event
from forge.jobs.queue import pause
from forge.webhooks.announcements import WEBHOOK_STOPPED
from forge.webhooks.delivery.outbox import jobs_of_webhook
from forge.webhooks.models import Webhook

_REASON = (
    "The person who created it may no longer manage webhooks here, or ended it or its token. "
    "The person who switches it on becomes its owner."
)


def _find(scope: GrantScope) -> Sequence[Grant]:
    webhooks = scope.narrow(Webhook.objects.on().filter(of_living_tokens()), "created_by")
    return [
        Grant(
            id=each.pk,
            maker=each.created_by_id or UUID(int=0),
            title=f"Webhook to {urlsplit(each.url).hostname}",
            holds=_manages(each.organisation),
            place=each.organisation.name,
            created=each.created,
            can_be_handed_over=True,
            token=each.created_by_token,
        )
        for each in webhooks.select_related("organisation")
    ]


def _manages(organisation: Organisation) -> Callable[[Actor], bool]:
    return lambda actor: can(actor, Verb.MANAGE_WEBHOOKS, organisation)


def stop_without_right(ids: Collection[UUID]) -> None:
    """Stops webhooks whose maker's right ended: the owners hear of it, and who switches one on again takes it over."""
    for webhook in Webhook.objects.on().filter(pk__in=ids).select_related("organisation"):
        webhook.stopped, webhook.stopped_because = timezone.now(), _REASON
        webhook.save(update_fields=["stopped", "stopped_because"])
        pause(jobs_of_webhook(webhook))
        host = urlsplit(webhook.url).hostname or ""
        append_event(webhook.organisation.stream, WEBHOOK_STOPPED(webhook=str(webhook.pk), host=host))


def _hand_over(ids: Collection[UUID], heir: User) -> None:
    Webhook.objects.filter(pk__in=ids).update(created_by=heir, created_by_token=None)


declare(
    GrantKind(
        name="webhook",
        label="Webhooks",
        icon="send",
        rule="A webhook sends while you may manage webhooks of its organisation.",
        model=Webhook,
        maker="created_by",
        find=_find,
        end=stop_without_right,
        hand_over=_hand_over,
    )
)
