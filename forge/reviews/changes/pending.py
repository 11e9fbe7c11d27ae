"""Change requests on the home page: those that somebody may merge, and those that they offered."""

from __future__ import annotations

from django.db.models import Q

from forge.accounts.permissions import Verb, can, projects_where
from forge.core.actors import Actor
from forge.projects.hooks import PendingItem, PendingItems, pending_items
from forge.projects.models import Project
from forge.reviews.changes.models import ChangeRequest, ChangeState
from forge.reviews.changes.participants import offers_it

ITEMS_SHOWN = 10
LOOKED_AT = 200
"""The newest open change requests that are looked at."""
ICON = "git-pull-request"


@pending_items.register
def offers_that_wait(actor: Actor) -> PendingItems:
    """Open change requests: those of others to projects that the person may edit, but for those in which newer files
    are waited for; and the person's own, which wait for them where changes are asked for. One query."""
    if actor.pk is None:
        return PendingItems()
    editable = Project.objects.of_member(actor).filter(projects_where(actor, Verb.EDIT))
    to_decide = Q(project__in=editable, changes_requested__isnull=True)
    requests = ChangeRequest.objects.filter(Q(author=actor.pk) | to_decide, state=ChangeState.OPEN)
    requests = requests.filter(project__deleted_at=None).order_by("-created")
    newest = list(requests.select_related("project__organisation", "source__organisation", "author")[:LOOKED_AT])
    mine = [each for each in newest if each.author_id == actor.pk and _reads(actor, each)]
    for_me = [each for each in newest if each.author_id != actor.pk or (each.changes_requested and each in mine)]
    return PendingItems(
        for_me=[_waiting(each, _reason(actor, each)) for each in for_me[:ITEMS_SHOWN]],
        for_others=[_waiting(each, "Not decided yet") for each in mine if each.changes_requested is None][:ITEMS_SHOWN],
    )


def _reason(actor: Actor, request: ChangeRequest) -> str:
    if request.author_id == actor.pk:
        return "Changes are asked for"
    return f"{request.author or 'Someone'} offers changes"


def _reads(actor: Actor, request: ChangeRequest) -> bool:
    """Returns whether the person may still open its page."""
    return can(actor, Verb.READ, request.project) or offers_it(actor, request)


def _waiting(request: ChangeRequest, detail: str) -> PendingItem:
    return PendingItem(
        title=f"{request.project.full_name}: {request.title}",
        detail=f"Change request {request.number} · {detail}",
        url=request.get_absolute_url(),
        action="Open",
        icon=ICON,
        since=request.created,
    )
