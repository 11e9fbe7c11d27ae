"""Change requests on the home page: those that somebody may merge, and those that they offered."""

from __future__ import annotations

from collections.abc import Sequence

from forge.accounts.permissions import Verb, can, projects_where
from forge.core.actors import Actor
from forge.projects.hooks import Waiting, waited_on, waiting_for
from forge.projects.models import Project
from forge.reviews.change_models import ChangeRequest, ChangeRequestQuerySet, ChangeState

SHOWN = 10
ICON = "git-pull-request"


@waiting_for.register
def offers_to_decide(actor: Actor) -> Sequence[Waiting]:
    """Open change requests of others to projects that the person may edit. One query."""
    mine = Project.objects.alive().filter(projects_where(actor, Verb.EDIT))
    found = _open(ChangeRequest.objects.visible_to(actor).filter(project__in=mine).exclude(author=actor.pk))
    return [_waiting(each, f"{each.author or 'Someone'} offers changes", each.get_absolute_url()) for each in found]


@waited_on.register
def own_offers(actor: Actor) -> Sequence[Waiting]:
    """The person's own open offers, to be read where they may read them: in the project, or in the fork. One query."""
    found = _open(ChangeRequest.objects.filter(author=actor.pk))
    return [_waiting(each, "Not decided yet", address) for each in found if (address := _address(actor, each))]


def _open(requests: ChangeRequestQuerySet) -> ChangeRequestQuerySet:
    found = requests.filter(state=ChangeState.OPEN, project__deleted_at=None).order_by("-created")
    return found.select_related("project__organisation", "source__organisation", "author")[:SHOWN]


def _address(actor: Actor, request: ChangeRequest) -> str:
    """Where the person reads it; "" where they may read neither end any more, or not see the project's page."""
    if can(actor, Verb.READ, request.project):
        return request.get_absolute_url()
    source = request.source
    if source is None or source.deleted_at is not None or not can(actor, Verb.READ, source):
        return ""
    return f"{source.get_absolute_url()}/offer" if can(actor, Verb.SEE, request.project) else ""


def _waiting(request: ChangeRequest, detail: str, url: str) -> Waiting:
    return Waiting(
        title=f"{request.project.full_name}: {request.title}",
        detail=f"Change request {request.number} · {detail}",
        url=url,
        action="Open",
        icon=ICON,
        since=request.created,
    )
