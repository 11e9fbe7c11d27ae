"""Codes for phones that record and links for guests, as grants: they work while their maker has the right to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.datasets.collecting.actions import end_links
from forge.datasets.models import CollectingLink
from forge.datasets.models.collecting import CollectingAudience

_VERBS = {
    CollectingAudience.OWN: Verb.GIVE_SAMPLE,
    CollectingAudience.GUESTS: Verb.SHARE,
    CollectingAudience.DEVICES: Verb.EDIT,
    CollectingAudience.PAGES: Verb.EDIT,
}
"""The right of its maker with which a link works."""


def _find(scope: GrantScope) -> Sequence[Grant]:
    """Phones that record, and codes that wait for a phone."""
    links = scope.narrow(CollectingLink.objects.alive(), "created_by", "project__organisation")
    links = links.select_related("project__organisation").prefetch_related("collectors")
    return [
        Grant(
            id=each.pk,
            maker=each.created_by_id,
            title=_title(each),
            holds=_holds(each),
            place=each.project.full_name,
            created=each.created,
            expires=max((collector.expires for collector in each.collectors.all()), default=each.expires),
        )
        for each in links
    ]


def _title(link: CollectingLink) -> str:
    place = link.project.full_name
    if link.is_for_devices:
        return f"Request for samples of devices, for {place}"
    if link.is_for_pages:
        return f"Request for samples of web pages, for {place}"
    if link.is_for_guests:
        return f"Link for {link.title} to record for {place}"
    return f"{'Phone that records' if link.used else 'Code for a phone to record'} for {place}"


def _holds(link: CollectingLink) -> Callable[[Actor], bool]:
    project, verb = link.project, _VERBS[CollectingAudience(link.audience)]
    return lambda actor: project.deleted_at is None and can(actor, verb, project)


declare(
    GrantKind(
        name="collecting",
        label="Phones and links that record",
        icon="smartphone",
        rule="A phone records for a project while you may give it recordings, a link while you may share it, and "
        "devices and web pages send samples while you may edit it.",
        model=CollectingLink,
        maker="created_by",
        find=_find,
        end=end_links,
    )
)
