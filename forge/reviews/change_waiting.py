"""Change requests on the home page: those that somebody may merge, and those that they offered."""

from __future__ import annotations

from collections.abc import Sequence

from forge.accounts.permissions import Verb, can, projects_where
from forge.core.actors import Actor
from forge.projects.hooks import Waiting, waited_on, waiting_for
from forge.projects.models import Project
from forge.reviews.change_models import ChangeRequest, ChangeRequestQuerySet, ChangeState
from forge.reviews.taking_part import offers_it

SHOWN = 10
ICON = "git-pull-request"


@waiting_for.register
def offers_to_decide(actor: Actor) -> Sequence[Waiting]:
    """Open change requests of others to projects that the person may edit, but for those in which newer files are
    waited for. One query."""
    mine = Project.objects.alive().filter(projects_where(actor, Verb.EDIT))
    theirs = ChangeRequest.objects.visible_to(actor).filter(project__in=mine, changes_asked__isnull=True)
    found = _open(theirs.exclude(author=actor.pk))
    return [_waiting(each, f"{each.author or 'Someone'} offers changes", each.get_absolute_url()) for each in found]


@waiting_for.register
def offers_to_change(actor: Actor) -> Sequence[Waiting]:
    """The person's own open offers in which changes are asked for. One query."""
    found = _open(ChangeRequest.objects.filter(author=actor.pk, changes_asked__isnull=False))
    return [_waiting(each, "Changes are asked for", each.get_absolute_url()) for each in found if _reads(actor, each)]


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
