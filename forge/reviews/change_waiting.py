"""Change requests on the home page: those that somebody may merge, and those that they offered."""

from __future__ import annotations

from django.db.models import Q

from forge.accounts.permissions import Verb, can, projects_where
from forge.core.actors import Actor
from forge.projects.hooks import Waiting, Waits, waits
from forge.projects.models import Project
from forge.reviews.change_models import ChangeRequest, ChangeState

SHOWN = 10
LOOKED_AT = 200
"""The newest open change requests that are looked at."""
ICON = "git-pull-request"


@waits.register
def offers_that_wait(actor: Actor) -> Waits:
    """Open change requests: those of others to projects that the person may edit, and the person's own, to be read
    where they may read them: in the project, or in the fork. One query."""
    if actor.pk is None:
        return Waits()
    editable = Project.objects.of_member(actor).filter(projects_where(actor, Verb.EDIT))
    found = ChangeRequest.objects.filter(Q(author=actor.pk) | Q(project__in=editable), state=ChangeState.OPEN)
    found = found.filter(project__deleted_at=None).order_by("-created")
    newest = list(found.select_related("project__organisation", "source__organisation", "author")[:LOOKED_AT])
    others = [each for each in newest if each.author_id != actor.pk]
    own = [(each, address) for each in newest if each.author_id == actor.pk and (address := _address(actor, each))]
    return Waits(
        for_me=[
            _waiting(each, f"{each.author or 'Someone'} offers changes", each.get_absolute_url())
            for each in others[:SHOWN]
        ],
        for_others=[_waiting(each, "Not decided yet", address) for each, address in own[:SHOWN]],
    )


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
