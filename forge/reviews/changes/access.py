"""Reading change requests: finding them, and what a fork may offer."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.access import nothing_for, nothing_here
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE
from forge.projects.access import require
from forge.projects.models import Fork, Project, Version
from forge.reviews.changes.models import ChangeRequest, ChangeRequestQuerySet, ChangeState, OfferRound


def change_requests_of(actor: Actor, project: Project) -> ChangeRequestQuerySet:
    """The project's change requests that the person may see, newest first."""
    return _complete(ChangeRequest.objects.visible_to(actor).filter(project=project).order_by("-number"))


def find_change_request(actor: Actor, request_id: UUID) -> ChangeRequest:
    """A change request that the person may see. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    change = _complete(ChangeRequest.objects.visible_to(actor)).filter(pk=request_id).first()
    if change is None:
        there = ChangeRequest.objects.select_related("project").filter(pk=request_id).first()
        place = there.project.place if there else NOWHERE
        raise nothing_for(actor, Verb.READ, f"the change request {request_id}", place)
    return change


def find_numbered_change_request(actor: Actor, project: Project, number: int) -> ChangeRequest:
    """A project's change request by its number. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    change = change_requests_of(actor, project).filter(number=number).first()
    if change is None:
        raise nothing_here(actor)
    return change


def find_again(request: ChangeRequest) -> ChangeRequest:
    """A change request as it is now, for an act that found it before. The caller has found it for someone."""
    return ChangeRequest.objects.select_related("project__organisation", "offered", "decided_by").get(pk=request.pk)


def merged_request_of(build: UUID) -> ChangeRequest | None:
    """The change request whose merged result a build is, once it is merged. The caller has found the build for
    someone."""
    requests = ChangeRequest.objects.filter(state=ChangeState.MERGED, build=build)
    return requests.select_related("decided_by", "project__organisation").first()


def seen_source(actor: Actor, request: ChangeRequest) -> Project | None:
    """The fork that it comes from, where the person may see the fork's page: a private one is known to its people."""
    return request.source if request.source is not None and can(actor, Verb.SEE, request.source) else None


def find_offer(actor: Actor, request_id: UUID) -> ChangeRequest:
    """A change request that the person sees at either end: they read its project, or the fork that it comes from and
    see the project's page.

    Raises `NotFound`, or `SignInNeeded` for a visitor.
    """
    change = _complete(ChangeRequest.objects.offered_by(actor)).filter(pk=request_id).first()
    return change if change is not None else find_change_request(actor, request_id)


def find_numbered_offer(actor: Actor, project: Project, number: int) -> ChangeRequest:
    """A change request to a project that the person does not read, which their fork offers.

    Raises `NotFound`, or `SignInNeeded` for a visitor.
    """
    change = _complete(ChangeRequest.objects.offered_by(actor)).filter(project=project, number=number).first()
    if change is None:
        raise nothing_for(actor, Verb.READ, f"change request {number} of {project.full_name}", project.place)
    return change


def offers_of(actor: Actor, fork: Project) -> list[ChangeRequest]:
    """Returns a fork's change requests, newest first; none where the person may not see the origin (docs/adr/0102).

    Raises `Forbidden` or `NotFound`.
    """
    require(actor, Verb.READ, fork)
    changes = _complete(ChangeRequest.objects.filter(source=fork).order_by("-created"))
    return [each for each in changes if can(actor, Verb.SEE, each.project)]


def rounds_of(request: ChangeRequest) -> list[OfferRound]:
    """Returns its offers, oldest first. The caller may see the change request."""
    rounds = OfferRound.objects.filter(request=request)
    return list(rounds.select_related("version__project__organisation", "offered_by"))


def fork_to_offer(actor: Actor, project: Project) -> Fork | None:
    """Returns where the person could offer this project's files; None where it is no fork, or they may not see its
    origin."""
    # Who writes a draft reads its project.
    forks = Fork.objects.visible_to(actor) if project.draft_of_id is None else Fork.objects.all()
    return forks.select_related("origin__organisation", "base").filter(project=project).first()


def base_of(fork: Fork) -> Version:
    """Returns the common version of a fork and its origin: the last merged one, or else the first."""
    merged_requests = ChangeRequest.objects.filter(
        source=fork.project_id, project=fork.origin_id, state=ChangeState.MERGED
    )
    newest = merged_requests.exclude(offered=None).select_related("offered").order_by("-decided").first()
    return fork.base if newest is None or newest.offered is None else newest.offered


def _complete(requests: ChangeRequestQuerySet) -> ChangeRequestQuerySet:
    """Adds everything that a page shows of a change request."""
    return requests.select_related(
        "project__organisation",
        "source__organisation",
        "source__draft",
        "source__draft_of__organisation",
        "author",
        "decided_by",
        "base__project__organisation",
        "offered__project__organisation",
        "build__artefact",
        "build__version",
        "before",
        "merged_version",
    )
