"""The people who take part in the conversation about a change request: those of the project, and those of the fork that
offers it, there and nowhere else in the project."""

from __future__ import annotations

from datetime import timedelta

from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.accounts.project_people import team_of
from forge.core.actors import Actor
from forge.core.audit.entries import entries_since
from forge.core.errors import TooOften
from forge.core.models import Comment
from forge.projects.access import require
from forge.projects.models import Project
from forge.reviews.changes.models import ChangeRequest, OfferRound
from forge.reviews.errors import NotYours
from forge.reviews.models import AnchoredThread

MAX_COMMENTS = 30
"""Comments within `LIMIT_PERIOD` of somebody who has no role in the project."""
LIMIT_PERIOD = timedelta(hours=1)


def offers_it(actor: Actor, request: ChangeRequest | None, verb: Verb = Verb.READ) -> bool:
    """Returns whether a person may do this to the fork that a change request comes from, and sees the page of the
    project."""
    source = None if request is None else request.source
    if request is None or source is None or source.deleted_at is not None:
        return False
    return can(actor, verb, source) and can(actor, Verb.SEE, request.project)


def may_withdraw(actor: Actor, request: ChangeRequest) -> bool:
    """Returns whether a person takes back what they, or others of the fork, offered."""
    is_mine = request.author_id is not None and request.author_id == actor.pk
    return is_mine and request.source is not None and can(actor, Verb.EDIT, request.source)


def require_reading(actor: Actor, request: ChangeRequest) -> None:
    """Raises `Forbidden` or `NotFound`."""
    if not offers_it(actor, request):
        require(actor, Verb.READ, request.project)


def require_talking(actor: Actor, project: Project, request: ChangeRequest | None) -> None:
    """Checks the right to take part in a project's conversations, or of that about a change request. Raises `Forbidden`
    or `NotFound`."""
    if not offers_it(actor, request, Verb.COMMENT):
        require(actor, Verb.COMMENT, project)


def may_end(actor: Actor, thread: AnchoredThread) -> bool:
    """Returns whether a person may resolve a thread: the project's people may resolve each, those who offer the ones
    that they began."""
    if can(actor, Verb.COMMENT, thread.project):
        return True
    first = next(iter(thread.thread.comments.all()), None)
    began = first is not None and first.author_id is not None and first.author_id == actor.pk
    return began and offers_it(actor, thread.change_request, Verb.COMMENT)


def require_ending(actor: Actor, thread: AnchoredThread) -> None:
    """Raises `Forbidden`, `NotFound` and `NotYours`."""
    require_talking(actor, thread.project, thread.change_request)
    if not may_end(actor, thread):
        raise NotYours("Only the person who started a thread, or a member of the project, can resolve it.")


def require_pace(actor: Actor, project: Project) -> None:
    """Limits how many comments an hour a person without a role in the project writes there. Raises `TooOften`."""
    if can(actor, Verb.COMMENT, project):
        return
    if entries_since(actor, "change.say", LIMIT_PERIOD).count() >= MAX_COMMENTS:
        raise TooOften(
            f"{MAX_COMMENTS} comments an hour is the limit in other people's projects. Try again later.",
            int(LIMIT_PERIOD.total_seconds()),
        )


def mentionable_by(actor: Actor, project: Project, request: ChangeRequest | None) -> list[User]:
    """The people whom somebody can mention, by name: those who read the project and those who take part, for its own
    people; for others those who take part, and they learn of nobody else."""
    people = {} if request is None else {person.pk: person for person in _taking_part(request)}
    if can(actor, Verb.READ, project):
        people |= {mate.user.pk: mate.user for mate in team_of(project)}
    return sorted(people.values(), key=lambda person: (str(person), person.email))


def _taking_part(request: ChangeRequest) -> list[User]:
    ids = {request.author_id, request.decided_by_id}
    ids |= set(OfferRound.objects.filter(request=request).values_list("offered_by", flat=True))
    ids |= set(Comment.objects.filter(thread__subject=request.subject, deleted=None).values_list("author", flat=True))
    return list(User.objects.filter(pk__in=ids - {None}))
