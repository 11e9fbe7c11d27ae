"""Guest links: making and revoking them, coming in by one, and what guests do."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework.fields import BooleanField, CharField, IntegerField

from forge.accounts.errors import LinkEnded
from forge.accounts.permissions import Verb
from forge.accounts.principals import token_of
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.builds.models import Build
from forge.core import threads
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, MAKES
from forge.core.audit.entries import entries_since, write_entry
from forge.core.errors import Conflict, Invalid, TooOften
from forge.core.events.delivery import deliver
from forge.core.events.log import append_event
from forge.projects.models import Project
from forge.reviews.errors import ReviewClosed, TooManyGuests
from forge.reviews.guests.access import (
    LOOK,
    find_link,
    guest_path,
    guests_group,
    is_good,
    principal_of_guest,
    require_as_guest,
)
from forge.reviews.guests.serializers import NEW_LINK
from forge.reviews.models import AnchoredThread, Guest, GuestLink, Review
from forge.reviews.place import REVIEW
from forge.reviews.rounds.access import newest_round
from forge.reviews.threads.anchors import AnchorKind
from forge.reviews.threads.announcements import ThreadStep, thread_event

LONGEST_NAME = 80
MOST_DAYS = 90
MOST_LINKS = 20
"""Links to one review that work at a time."""
MOST_GUESTS = 200
"""Browsers that one link lets in."""
MAX_COMMENTS = 20
"""Comments of one guest within `LIMIT_PERIOD`."""
LIMIT_PERIOD = timedelta(hours=1)


@act("POST", REVIEW, "guest-links", "guest_links_make", verb=Verb.SHARE, state=MAKES, answer=NEW_LINK, raises=Conflict)
@transaction.atomic
def invite_guest(
    actor: Actor,
    review: Review,
    title: Annotated[str, CharField(max_length=LONGEST_NAME, help_text="for whom it is")],
    days: Annotated[int, IntegerField(min_value=1, max_value=MOST_DAYS)] = 7,
    may_comment: Annotated[bool, BooleanField()] = True,
) -> tuple[GuestLink, str]:
    """Makes a link that shows this review, its newest build and nothing else, without an account. Its address is in
    this answer and in no other."""
    title = _checked_name(title, "Enter who the link is for.", "title")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A link works for 1 to {MOST_DAYS} days.", errors={"days": [f"1 to {MOST_DAYS}."]})
    Project.objects.lock(review.project_id)
    _require_open(review)
    if GuestLink.objects.alive().filter(review=review).count() >= MOST_LINKS:
        raise TooManyGuests(f"A review has at most {MOST_LINKS} links for guests. Revoke one first.")
    secret = new_secret()
    link = GuestLink.objects.create(
        review=review,
        title=title,
        may_comment=may_comment,
        secret_hash=hash_secret(secret),
        created_by=actor.person,
        created_by_token=token_of(actor),
        expires=timezone.now() + timedelta(days=days),
    )
    write_entry(
        actor,
        "guest.invite",
        review.subject,
        review.project.place,
        number=review.number,
        link=str(link.pk),
        title=title,
        days=days,
        comments=may_comment,
    )
    return link, f"{settings.PUBLIC_URL}{guest_path(review.pk)}#token={secret}"


@act("DELETE", REVIEW, "guest-links/<uuid:link_id>", "guest_links_revoke", verb=Verb.SHARE, state=ENDS, answer=DONE)
@transaction.atomic
def revoke_guest_link(actor: Actor, review: Review, link_id: UUID) -> None:
    """Ends a link, and what it let in, at once."""
    link = find_link(actor, review, link_id)
    if GuestLink.objects.filter(pk=link.pk, revoked=None).update(revoked=timezone.now()):
        write_entry(
            actor,
            "guest.revoke",
            review.subject,
            review.project.place,
            number=review.number,
            link=str(link.pk),
            title=link.title,
        )
        transaction.on_commit(lambda: deliver(guests_group(review.pk), LOOK), robust=True)


@transaction.atomic
def enter_as_guest(secret: str, review: UUID) -> tuple[Guest, str]:
    """Lets a browser in to the review of a link, and gives what it keeps. Raises `LinkEnded` and `TooManyGuests`."""
    links = GuestLink.objects.select_for_update(of=("self",)).select_related(
        "created_by", "review__project__organisation"
    )
    link = links.filter(secret_hash=hash_secret(secret), review=review).first()
    if link is None or not is_good(link):
        raise LinkEnded("The link is incomplete, has expired or was revoked. Ask the sender for a new one.")
    if link.guests.count() >= MOST_GUESTS:
        raise TooManyGuests(f"This link was opened in {MOST_GUESTS} browsers, which is the limit.")
    cookie_secret = new_secret()
    guest = Guest.objects.create(link=link, secret_hash=hash_secret(cookie_secret))
    entered_review = link.review
    place = entered_review.project.place
    write_entry(
        principal_of_guest(guest),
        "guest.enter",
        entered_review.subject,
        place,
        number=entered_review.number,
        guest=link.title,
    )
    return guest, cookie_secret


@transaction.atomic
def comment_as_guest(
    actor: Actor, review: Review, name: str, text: str, reply_to: AnchoredThread | None = None
) -> None:
    """Begins a thread about the review's newest build, or replies in one of the review.

    A mention by a guest notifies nobody. Raises `NotFound`, `Invalid`, `ReviewClosed`, `ThreadFull` and `TooOften`.
    """
    require_as_guest(actor, Verb.COMMENT, review)
    name = _checked_name(name, "Write your name, so that the others know who says it.", "name")
    Project.objects.lock(review.project_id)
    _require_open(review)
    if entries_since(actor, "guest.say", LIMIT_PERIOD).count() >= MAX_COMMENTS:
        raise TooOften(
            f"{MAX_COMMENTS} comments an hour is the limit for guests. Try again later.",
            int(LIMIT_PERIOD.total_seconds()),
        )
    if reply_to is None:
        thread = _begin_thread(review, name, text)
    else:
        thread = reply_to
        thread.thread.refresh_from_db()
        threads.reply(thread.thread, None, text, name)
    write_entry(
        actor,
        "guest.say",
        review.subject,
        review.project.place,
        number=review.number,
        thread=str(thread.pk),
        guest=name,
    )
    append_event(review.project.stream, thread_event(thread, ThreadStep.COMMENT), actor)


@transaction.atomic
def note_guest_download(actor: Actor, review: Review, build: Build, guest: str) -> None:
    """Writes down that a guest fetches the build's rune, once an hour. Raises `NotFound`."""
    require_as_guest(actor, Verb.READ, review)
    if entries_since(actor, "guest.download", LIMIT_PERIOD).filter(data__number=build.number).exists():
        return
    write_entry(actor, "guest.download", review.subject, review.project.place, number=build.number, guest=guest)


def _begin_thread(review: Review, name: str, text: str) -> AnchoredThread:
    comment = threads.begin_thread(review.subject, None, text, name)
    last = newest_round(review)
    return AnchoredThread.objects.create(
        thread=comment.thread,
        project=review.project,
        review=review,
        build=last.build,
        round=last.number,
        kind=AnchorKind.BUILD,
    )


def _checked_name(name: str, missing: str, field: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid(missing, errors={field: [missing]})
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters; this one has {len(name)}.")
    return name


def _require_open(review: Review) -> None:
    review.refresh_from_db(fields=["closed"])
    if review.closed is not None:
        raise ReviewClosed(f"Review {review.number} was closed.")
