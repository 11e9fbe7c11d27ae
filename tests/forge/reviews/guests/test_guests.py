"""Guests: one review by a link without an account, and nothing beside it, as long as the link works."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Membership, Role, User
from forge.accounts.permissions import Verb, verbs_on
from forge.core.errors import Forbidden, Invalid, NotFound, TooOften
from forge.core.models import AuditEntry
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.notices.models import Notice
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews import actions
from forge.reviews.actions import RequestedGroup
from forge.reviews.errors import TooManyGuests
from forge.reviews.guests.access import principal_of_guest
from forge.reviews.guests.actions import MAX_COMMENTS
from forge.reviews.models import GuestLink, Review
from tests.support.cases import each_case
from tests.support.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(project: Project, developer: User, reviewer: User) -> Review:
    build = built(developer, project)
    created: Review = actions.ask_for_review(
        developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))]
    )
    return created


def invited(who: User, review: Review, **terms: Any) -> str:
    """The secret of a new link."""
    _, address = actions.invite_guest(who, review, "Lena", **terms)
    return address.partition("#token=")[2]


def entered(secret: str, review: Review) -> Client:
    """A browser that opened the link."""
    browser = Client()
    answer = browser.post(f"/try/reviews/{review.pk}", {"token": secret})
    assert answer.status_code == 302
    return browser


def page(browser: Client, review: Review) -> str:
    return browser.get(f"/try/reviews/{review.pk}").content.decode()


@pytest.mark.slow
def test_a_link_shows_the_review_without_an_account(review: Review, developer: User) -> None:
    browser = entered(invited(developer, review), review)
    text = page(browser, review)
    assert "Hears whispers" in text
    assert "shown to Lena" in text
    assert b"".join(browser.get(f"/try/reviews/{review.pk}/rune")) == RUNE
    assert AuditEntry.objects.filter(action="guest.enter", principal_kind="guest").count() == 1
    assert AuditEntry.objects.filter(action="guest.download", principal_kind="guest").count() == 1


@pytest.mark.slow
@pytest.mark.protects("mail/guest-reach")
def test_the_cookie_goes_to_the_review_and_nowhere_else(review: Review, developer: User) -> None:
    browser = Client()
    browser.post(f"/try/reviews/{review.pk}", {"token": invited(developer, review)})
    cookie = browser.cookies[f"guest_{review.pk}"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/try/reviews/{review.pk}", True, "Strict")


@pytest.mark.slow
@pytest.mark.protects("mail/guest-reach")
@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/reviews/{review}",
        "/api/v1/reviews/{review}/threads",
        "/api/v1/builds/{build}",
        "/api/v1/builds/{build}/rune",
        "/api/v1/projects/acme/kitchen/files/Runefile.yml",
        "/api/v1/projects/acme/kitchen/samples",
        "/api/v1/me",
    ],
)
def test_the_api_knows_no_guest(address: str, review: Review, developer: User) -> None:
    browser = entered(invited(developer, review), review)
    build = review.rounds.get().build
    assert browser.get(address.format(review=review.pk, build=build.pk)).status_code == 401


@pytest.mark.slow
@pytest.mark.protects("mail/guest-reach")
def test_a_guest_may_do_nothing_to_the_project(review: Review, developer: User) -> None:
    guest, _ = actions.enter_as_guest(invited(developer, review), review.pk)
    assert verbs_on(principal_of_guest(guest), review.project) == frozenset()
    Project.objects.filter(pk=review.project_id).update(visibility="public")
    review.project.refresh_from_db()
    assert verbs_on(principal_of_guest(guest), review.project) == {Verb.SEE}


@pytest.mark.slow
@pytest.mark.protects("mail/guest-reach")
def test_a_guest_of_one_review_sees_no_other(review: Review, project: Project, developer: User, reviewer: User) -> None:
    secret = invited(developer, review)
    write_file(developer, project, "notes.md", b"another version")
    other = actions.ask_for_review(
        developer, built(developer, project, RUNE + b"2"), "Another", reviewers=[RequestedGroup((reviewer.pk,))]
    )
    browser = entered(secret, review)
    assert "Another" not in page(browser, other)
    assert browser.get(f"/try/reviews/{other.pk}/rune").status_code == 404
    assert browser.post(f"/try/reviews/{other.pk}", {"token": secret}).status_code == 400
    guest, _ = actions.enter_as_guest(secret, review.pk)
    with pytest.raises(NotFound):
        actions.comment_as_guest(principal_of_guest(guest), other, "Lena", "Hello")


@pytest.mark.slow
@pytest.mark.protects("mail/guest-reach")
def test_a_guest_is_shown_no_recording(review: Review, developer: User, reviewer: User) -> None:
    consent = recording_terms(review.project).text
    sample = send_sample(reviewer, review.project, [b"1,2,3\n"], label="up", days=90, consent=consent)
    assert str(sample.pk) not in page(entered(invited(developer, review), review), review)


@pytest.mark.slow
@pytest.mark.protects("mail/guest-comments")
def test_a_guest_comments_with_a_name(review: Review, developer: User) -> None:
    browser = entered(invited(developer, review), review)
    count = Notice.objects.filter(person=developer).count()
    for name, status in (("", 400), ("Lena <Ray>", 302)):
        answer = browser.post(f"/try/reviews/{review.pk}/say", {"name": name, "text": "It hears me."})
        assert answer.status_code == status
    assert "Lena &lt;Ray&gt; (guest)" in page(browser, review)
    entry = AuditEntry.objects.get(action="guest.say")
    assert (entry.actor, entry.principal_kind, entry.data["guest"]) == (None, "guest", "Lena <Ray>")
    assert Notice.objects.filter(person=developer).count() == count + 1
    thread = review.threads.get()
    browser.post(f"/try/reviews/{review.pk}/say", {"name": "Lena", "text": "Still.", "thread": str(thread.pk)})
    assert [comment.text for comment in thread.thread.comments.all()] == ["It hears me.", "Still."]


@pytest.mark.slow
def test_who_may_only_read_says_nothing(review: Review, developer: User) -> None:
    browser = entered(invited(developer, review, may_comment=False), review)
    assert browser.post(f"/try/reviews/{review.pk}/say", {"name": "Lena", "text": "x"}).status_code == 404
    assert "Your link lets you read." in page(browser, review)


@pytest.mark.slow
@pytest.mark.protects("mail/guest-comments")
def test_a_guest_says_so_much_and_no_more(review: Review, developer: User) -> None:
    guest, _ = actions.enter_as_guest(invited(developer, review), review.pk)
    principal = principal_of_guest(guest)
    for _ in range(MAX_COMMENTS):
        actions.comment_as_guest(principal, review, "Lena", "x")
    with pytest.raises(TooOften):
        actions.comment_as_guest(principal, review, "Lena", "x")


def revoke(review: Review, owner: User, developer: User) -> None:
    actions.revoke_guest_link(owner, review, GuestLink.objects.get().pk)


def expire(review: Review, owner: User, developer: User) -> None:
    GuestLink.objects.update(expires=timezone.now() - timedelta(seconds=1))


def leave(review: Review, owner: User, developer: User) -> None:
    Membership.objects.filter(user=developer).update(role=Role.VIEWER)


def delete_project(review: Review, owner: User, developer: User) -> None:
    Project.objects.update(deleted_at=timezone.now())


@pytest.mark.slow
@pytest.mark.protects("mail/guest-links")
@pytest.mark.parametrize("end", [revoke, expire, leave, delete_project])
def test_what_ends_a_link_ends_what_it_let_in(end: Any, review: Review, owner: User, developer: User) -> None:
    secret = invited(developer, review)
    browser = entered(secret, review)
    end(review, owner, developer)
    assert "Hears whispers" not in page(browser, review)
    assert browser.get(f"/try/reviews/{review.pk}/rune").status_code == 404
    assert browser.post(f"/try/reviews/{review.pk}", {"token": secret}).status_code == 400


@pytest.mark.slow
def test_a_closed_review_takes_no_comment_of_a_guest(review: Review, developer: User) -> None:
    browser = entered(invited(developer, review), review)
    actions.close_review(developer, review)
    assert browser.post(f"/try/reviews/{review.pk}/say", {"name": "Lena", "text": "x"}).status_code == 409
    assert "The review was closed." in page(browser, review)


@pytest.mark.slow
def test_making_and_revoking_a_link_is_written_down_where_it_happened(review: Review, developer: User) -> None:
    link, address = actions.invite_guest(developer, review, "Lena")
    actions.revoke_guest_link(developer, review, link.pk)
    with pytest.raises(NotFound):
        actions.revoke_guest_link(developer, review, link.pk)
    entries = AuditEntry.objects.filter(action__startswith="guest.").order_by("at")
    assert [(entry.action, entry.actor, entry.project) for entry in entries] == [
        ("guest.invite", developer, review.project_id),
        ("guest.revoke", developer, review.project_id),
    ]
    assert not any(address.partition("#token=")[2] in str(entry.data) for entry in entries)


@each_case("terms", [(" ", 7), ("x" * 81, 7), ("x", 0), ("x", 91)])
def test_a_link_has_a_name_and_an_end(terms: tuple[str, int], review: Review, developer: User) -> None:
    with pytest.raises(Invalid):
        actions.invite_guest(developer, review, *terms)


def test_a_reviewer_invites_nobody(review: Review, reviewer: User) -> None:
    with pytest.raises(Forbidden):
        actions.invite_guest(reviewer, review, "Lena")


@pytest.mark.slow
@pytest.mark.protects("mail/guest-links")
def test_a_link_lets_so_many_browsers_in(review: Review, developer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.reviews.guests.actions.MOST_GUESTS", 1)
    secret = invited(developer, review)
    browser = entered(secret, review)
    assert browser.post(f"/try/reviews/{review.pk}", {"token": secret}).status_code == 302
    with pytest.raises(TooManyGuests):
        actions.enter_as_guest(secret, review.pk)
