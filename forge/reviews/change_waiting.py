"""Change requests on the home page: those that somebody may merge, and those that they offered."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from forge.accounts.permissions import Verb, can, projects_where
from forge.core.actors import Actor
from forge.projects.hooks import Waiting, waited_on, waiting_for
from forge.projects.models import Project
from forge.reviews.change_models import ChangeRequest, ChangeRequestQuerySet, ChangeState
from forge.reviews.taking_part import offers_it

SHOWN = 10
ICON = "git-pull-request"


@waiting_for.register
def offers_that_wait(actor: Actor) -> Sequence[Waiting]:
    """Open change requests of others to projects that the person may edit, but for those in which newer files are
    waited for; and the person's own in which they are. One query."""
    mine = Project.objects.alive().filter(projects_where(actor, Verb.EDIT))
    to_decide = Q(project__in=mine, changes_asked__isnull=True) & ~Q(author=actor.pk)
    found = _open(ChangeRequest.objects.filter(to_decide | Q(author=actor.pk, changes_asked__isnull=False)))
    return [_waiting(each, _wanted(actor, each), each.get_absolute_url()) for each in found if _reads(actor, each)]


def _wanted(actor: Actor, request: ChangeRequest) -> str:
    if request.author_id == actor.pk:
        return "Changes are asked for"
    return f"{request.author or 'Someone'} offers changes"


@waited_on.register
def own_offers(actor: Actor) -> Sequence[Waiting]:
    """The person's own open offers that others have to decide. One query."""
    found = _open(ChangeRequest.objects.filter(author=actor.pk, changes_asked__isnull=True))
    return [_waiting(each, "Not decided yet", each.get_absolute_url()) for each in found if _reads(actor, each)]


def _open(requests: ChangeRequestQuerySet) -> ChangeRequestQuerySet:
    found = requests.filter(state=ChangeState.OPEN, project__deleted_at=None).order_by("-created")
    return found.select_related("project__organisation", "source__organisation", "author")[:SHOWN]


def _reads(actor: Actor, request: ChangeRequest) -> bool:
    """Whether the person may still open its page."""
    return can(actor, Verb.READ, request.project) or offers_it(actor, request)


def _waiting(request: ChangeRequest, detail: str, url: str) -> Waiting:
    return Waiting(
        title=f"{request.project.full_name}: {request.title}",
        detail=f"Change request {request.number} · {detail}",
        url=url,
        action="Open",
        icon=ICON,
        since=request.created,
    )
