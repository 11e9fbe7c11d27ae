"""Change requests between two versions of the project: files of a branch of a Git server, or of a converted model."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.database.numbers import last_number, next_number
from forge.core.events.log import append_event
from forge.learning.hooks import IncomingModelFiles
from forge.projects.access import require
from forge.projects.models import Project, Version
from forge.reviews.change_requests.actions.offers import MAXIMUM_TITLE, MOST_OPEN, MOST_ROUNDS, require_open
from forge.reviews.changes.announcements import ChangeStep, change_event
from forge.reviews.changes.models import ChangeRequest, ChangeState, OfferRound
from forge.reviews.errors import TooManyOffers


@dataclass(frozen=True)
class OutsideOrigin:
    """The author of a change and its origin, as texts: they name no account and no project here."""

    author: str
    place: str


@transaction.atomic
def bring_from_outside(
    actor: Actor, project: Project, origin: OutsideOrigin, title: str, *, base: Version, offered_version: Version
) -> ChangeRequest:
    """Opens a change request between two versions of the project, of which nobody here is the author.

    Raises `Forbidden` and `TooManyOffers`.
    """
    require(actor, Verb.EDIT, project)
    change = ChangeRequest(
        title=title[:MAXIMUM_TITLE], outside_author=origin.author[:100], outside_place=origin.place[:300]
    )
    _store(change, project, base, offered_version)
    write_entry(actor, "change.bring", change.subject, project.place, number=change.number, place=change.outside_place)
    append_event(project.stream, change_event(change, ChangeStep.OFFERED, actor.person), actor)
    return change


@transaction.atomic
def bring_model(actor: Actor, project: Project, model: IncomingModelFiles) -> int:
    """Opens a change request with the files of a converted model, of which the person is the author; its number.

    Raises `Forbidden` and `TooManyOffers`.
    """
    require(actor, Verb.EDIT, project)
    change = ChangeRequest(
        title=model.title[:MAXIMUM_TITLE],
        message=model.message,
        author=actor.person,
        outside_place=model.place[:300],
    )
    _store(change, project, model.base, model.offered_version)
    write_entry(actor, "change.bring", change.subject, project.place, number=change.number, place=change.outside_place)
    append_event(project.stream, change_event(change, ChangeStep.OFFERED, actor.person), actor)
    return change.number


def _store(change: ChangeRequest, project: Project, base: Version, offered_version: Version) -> None:
    """Stores a new change request with its number and its first round. Raises `TooManyOffers`."""
    Project.objects.lock(project.pk)
    requests = ChangeRequest.objects.filter(project=project)
    if requests.filter(state=ChangeState.OPEN).count() >= MOST_OPEN:
        raise TooManyOffers(f"{MOST_OPEN} change requests are open there. Wait until some of them are decided.")
    change.project, change.base, change.offered = project, base, offered_version
    change.number = next_number(requests)
    change.save()
    _name_request(offered_version, change)
    OfferRound.objects.create(request=change, number=1, version=offered_version, offered_by=change.author)


@transaction.atomic
def bring_newer(actor: Actor, request: ChangeRequest, offered_version: Version, message: str = "") -> None:
    """Brings newer files of the same branch: another round. Raises `Forbidden`, `NotOpen` and `TooManyOffers`."""
    require(actor, Verb.EDIT, request.project)
    require_open(request)
    last = last_number(OfferRound.objects.filter(request=request))
    if last >= MOST_ROUNDS:
        raise TooManyOffers(f"A change request has at most {last} rounds. Close it, and pull again.")
    OfferRound.objects.create(request=request, number=last + 1, version=offered_version, message=message)
    _name_request(offered_version, request)
    request.offered, request.changes_requested = offered_version, None
    request.save(update_fields=["offered", "changes_requested"])
    write_entry(actor, "change.newer", request.subject, request.project.place, number=request.number)
    append_event(request.project.stream, change_event(request, ChangeStep.NEWER, actor.person), actor)


def _name_request(version: Version, request: ChangeRequest) -> None:
    """Says which change request brings files that the project does not have."""
    Version.objects.filter(pk=version.pk, is_proposed=True).update(proposed_in=request.number)
