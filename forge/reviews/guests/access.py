"""Guests: who is let in to one review by a link, without an account, and what they are shown.

A guest is a principal with one key in its restriction, the review's. It has no person, so no role: no page, address of
the API or socket of members knows it. What is here asks for its right to the review, and finds nothing beside that.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Prefetch

from forge.accounts.permissions import Verb, can, can_as_guest
from forge.accounts.principals import Principal, PrincipalKind, acting_as
from forge.accounts.scopes import Scope
from forge.accounts.tokens.secrets import hash_secret
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.core.threads import comments_for_reading
from forge.projects.access import require
from forge.reviews.models import AnchoredThread, Guest, GuestLink, Review
from forge.reviews.rounds.access import complete, newest_round

COOKIE_PREFIX = "guest_"
"""The cookie's name ends with the review's id."""


def guest_path(review_id: UUID | str) -> str:
    """The page of a review for guests; their cookie goes nowhere else."""
    return f"/try/reviews/{review_id}"


LOOK = {"what": "look"}
"""The message that makes the sockets of guests check whether their link still works."""


def guests_group(review_id: UUID | str) -> str:
    """The group of the sockets that guests have open on a review."""
    return f"guests.{review_id}"


def cookie_name(review_id: UUID | str) -> str:
    """The cookie in which a guest's browser keeps its secret."""
    return f"{COOKIE_PREFIX}{review_id}"


def find_guest(cookies: Mapping[str, str], review_id: UUID) -> Guest | None:
    """The guest whose browser this is, if the link that let it in leads to this review still."""
    secret = cookies.get(cookie_name(review_id), "")
    if not secret:
        return None
    guests = Guest.objects.select_related("link__created_by", "link__review__project__organisation")
    guest = guests.filter(secret_hash=hash_secret(secret), link__review=review_id).first()
    return guest if guest is not None and is_good(guest.link) else None


def is_good(link: GuestLink) -> bool:
    """Returns whether a link works: in time, not revoked, its project there, and the person who made it may still make
    one."""
    project = link.review.project
    if not GuestLink.objects.alive().filter(pk=link.pk).exists() or project.deleted_at is not None:
        return False
    return link.created_by.is_active and can(acting_as(link.created_by), Verb.SHARE, project)


def principal_of_guest(guest: Guest) -> Principal:
    """Returns the principal of that browser."""
    scopes = {Scope.PROJECT_READ, *({Scope.REVIEW_WRITE} if guest.link.may_comment else ())}
    restriction = frozenset({f"review:{guest.link.review_id}"})
    return Principal(PrincipalKind.GUEST, str(guest.pk), None, frozenset(scopes), restriction)


def require_as_guest(actor: Actor, verb: Verb, review: Review) -> None:
    """Raises `NotFound` unless who acts is a guest of this review who may do this."""
    if not can_as_guest(actor, verb, review.subject):
        raise NotFound("This review does not exist, or your link to it has ended.")


def review_for_guest(actor: Actor, review_id: UUID) -> Review:
    """The review that a guest was let in to. Raises `NotFound`."""
    review = complete(Review.objects.all()).filter(pk=review_id).first()
    if review is None:
        raise NotFound("This review does not exist, or your link to it has ended.")
    require_as_guest(actor, Verb.READ, review)
    return review


def build_for_guest(actor: Actor, review: Review) -> Build:
    """Returns the build under review: the only build that a guest may try. Raises `NotFound`."""
    require_as_guest(actor, Verb.READ, review)
    return newest_round(review).build


def threads_for_guest(actor: Actor, review: Review) -> list[AnchoredThread]:
    """Returns the threads of the review. Raises `NotFound`."""
    require_as_guest(actor, Verb.READ, review)
    # Comments that members send with their verdicts are for members.
    threads = AnchoredThread.objects.filter(review=review, verdict=None)
    threads = threads.select_related("thread", "build", "suggestion__author")
    return list(threads.prefetch_related(Prefetch("thread__comments", comments_for_reading())))


def links_of(actor: Actor, review: Review) -> list[GuestLink]:
    """The links to a review that work, the newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.SHARE, review.project)
    links = GuestLink.objects.visible_to(actor).alive().filter(review=review)
    return list(links.select_related("created_by").prefetch_related("guests"))


def find_link(actor: Actor, review: Review, link_id: UUID) -> GuestLink:
    """Returns a guest link. Raises `NotFound`."""
    match = next((link for link in links_of(actor, review) if link.pk == link_id), None)
    if match is None:
        raise NotFound("This link does not exist or has ended.")
    return match
