"""Events become notices: for whom they concern, one for each thing, and by email what was chosen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import remove_member
from forge.accounts.models import Membership, Organisation, Role, User
from forge.core.models import AuditEntry, Event
from forge.notices import actions
from forge.notices.access import mail_choice_of, notices_of, unread_count
from forge.notices.announcements import inbox_stream
from forge.notices.delivery.mail import KEEP_READ_FOR, end_old, send_due
from forge.notices.models import Notice
from forge.notices.rules import MAIL_AFTER, MailChoice, NoticeCause
from forge.projects.actions import delete_project, write_file
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import (
    RequestedGroup,
    ask_for_review,
    ask_in_a_new_round,
    begin_thread,
    give_verdict,
    undo_verdict,
)
from forge.reviews.models import Review, Verdict
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE, built, failed_build

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


def kinds_of(person: User) -> list[tuple[str, str]]:
    """The kinds of somebody's notices, with their reasons."""
    return [(notice.kind, notice.reason) for notice in notices_of(person)]


@pytest.fixture
def review(project: Project, developer: User, reviewer: User) -> Review:
    return ask_for_review(
        developer, built(developer, project), "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))]
    )


@pytest.fixture
def mailing(settings: Any, reviewer: User, developer: User) -> None:
    settings.EMAIL_IS_SENT = True
    for person in (reviewer, developer):
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)


def test_who_is_asked_for_a_review_hears_of_it_and_who_asked_does_not(
    review: Review, reviewer: User, developer: User, owner: User
) -> None:
    assert kinds_of(reviewer) == [("review-requested", "requested")]
    assert kinds_of(developer) == kinds_of(owner) == []


def test_a_verdict_concerns_who_built_and_who_asked(review: Review, reviewer: User, developer: User) -> None:
    give_verdict(reviewer, review.rounds.get().build, "approve")
    (notice,) = notices_of(developer)
    assert (notice.kind, notice.facts["message"], notice.actor) == ("verdict", "approved", reviewer)
    assert notice.get_absolute_url() == review.get_absolute_url()


@pytest.mark.slow
def test_a_review_is_one_notice_however_many_events_it_has(
    review: Review, reviewer: User, developer: User, owner: User
) -> None:
    build = review.rounds.get().build
    begin_thread(reviewer, review, "How loud was it?")
    give_verdict(reviewer, build, "approve")
    undo_verdict(reviewer, build)
    (notice,) = notices_of(developer)
    assert (notice.events, notice.facts["message"]) == (3, "undone")
    assert unread_count(developer) == 1


@pytest.mark.slow
def test_another_event_makes_a_read_or_done_notice_new_and_counts_from_one(
    review: Review, reviewer: User, developer: User
) -> None:
    begin_thread(reviewer, review, "One")
    actions.change_notice(developer, notices_of(developer)[0], done=True)
    assert unread_count(developer) == 0
    begin_thread(reviewer, review, "Two")
    (notice,) = notices_of(developer)
    assert (notice.events, notice.read, notice.done) == (1, None, None)


@pytest.mark.slow
def test_a_new_round_asks_again(review: Review, project: Project, reviewer: User, developer: User) -> None:
    actions.read_all(reviewer)
    write_file(developer, project, "notes.md", b"better")
    ask_in_a_new_round(developer, review, built(developer, project, RUNE + b"better"), "Hears you now.")
    (notice,) = notices_of(reviewer)
    assert (notice.reason, notice.facts["round"], notice.read) == ("requested", 2, None)


def test_a_failed_build_concerns_who_pressed_build(project: Project, developer: User, owner: User) -> None:
    failed_build(developer, project, "line 5: no such stage\nand more")
    (notice,) = notices_of(developer)
    assert (notice.kind, notice.facts["error"]) == ("build-failed", "line 5: no such stage")
    assert kinds_of(owner) == []


def test_a_build_that_succeeds_is_no_notice(project: Project, developer: User) -> None:
    built(developer, project)
    assert kinds_of(developer) == []


@pytest.mark.slow
def test_a_publication_concerns_who_built_and_who_judged(
    project: Project, developer: User, reviewer: User, owner: User
) -> None:
    build = built(developer, project)
    give_verdict(reviewer, build, "approve")
    publish_build(owner, build, "1.0")
    assert ("published", "mine") in kinds_of(developer)
    assert kinds_of(reviewer) == [("published", "mine")]
    assert kinds_of(owner) == []


def test_a_comment_concerns_who_spoke_before(project: Project, developer: User, reviewer: User, owner: User) -> None:
    build = built(developer, project)
    begin_thread(reviewer, build, "How loud?")
    begin_thread(owner, build, "Very.")
    assert kinds_of(reviewer) == [("comment", "mine")]


def test_who_is_mentioned_is_asked(review: Review, owner: User, developer: User) -> None:
    begin_thread(developer, review, f"@{owner} what do you think?")
    assert kinds_of(owner) == [("mention", "requested")]


def test_who_watches_all_hears_of_it_and_who_turned_it_off_does_not(
    project: Project, developer: User, reviewer: User, owner: User
) -> None:
    actions.watch_project(owner, project, "all")
    actions.watch_project(reviewer, project, "off")
    ask_for_review(developer, built(developer, project), "Hears", reviewers=[RequestedGroup((reviewer.pk,))])
    assert kinds_of(owner) == [("review-requested", "watching")]
    assert kinds_of(reviewer) == []


@pytest.mark.slow
def test_a_muted_thread_is_silent_until_it_is_heard_again(review: Review, reviewer: User, developer: User) -> None:
    notice = notices_of(reviewer)[0]
    actions.mute(reviewer, notice)
    begin_thread(developer, review, "One")
    assert unread_count(reviewer) == 0
    actions.mute(reviewer, notice, muted=False)
    begin_thread(developer, review, "Two")
    assert unread_count(reviewer) == 1


@pytest.mark.slow
@pytest.mark.protects("mail/notices")
def test_who_leaves_sees_no_notice_of_what_is_not_theirs_any_more(
    review: Review, organisation: Organisation, reviewer: User, owner: User
) -> None:
    remove_member(owner, organisation, reviewer.pk)
    assert kinds_of(reviewer) == []
    assert unread_count(reviewer) == 0


def test_a_deleted_projects_notices_are_not_seen(review: Review, project: Project, reviewer: User, owner: User) -> None:
    delete_project(owner, project)
    assert kinds_of(reviewer) == []


def test_an_organisations_inboxes_are_told_once_of_an_event_that_concerns_many(
    project: Project, developer: User, reviewer: User, owner: User
) -> None:
    groups = [RequestedGroup((reviewer.pk, owner.pk), 2)]
    ask_for_review(developer, built(developer, project), "Hears", reviewers=groups)
    (event,) = Event.objects.filter(stream_id=inbox_stream(project.organisation_id))
    assert set(event.data["people"]) == {str(reviewer.pk), str(owner.pk)}


@pytest.mark.slow
@pytest.mark.protects("mail/other-notices")
def test_nobody_changes_anothers_notice(review: Review, reviewer: User, developer: User, browser_of: Browser) -> None:
    notice = notices_of(reviewer)[0]
    for body in ({"read": True}, {"done": True}, {"muted": True}):
        answer = browser_of(developer).patch(f"/api/v1/notices/{notice.pk}", body, content_type="application/json")
        assert answer.status_code == 404
    assert notices_of(reviewer)[0].read is None


@pytest.mark.slow
def test_pressing_a_notice_reads_it_and_leads_to_its_thing(review: Review, reviewer: User, browser_of: Browser) -> None:
    browser = browser_of(reviewer)
    assert b"Hears whispers" in browser.get("/accounts/notices").content
    assert b"1 unread" in browser.get("/").content
    notice = notices_of(reviewer)[0]
    answer = browser.post(f"/accounts/notices/{notice.pk}", {"do": "open"})
    assert answer.headers["Location"] == review.get_absolute_url()
    assert b"1 unread" not in browser.get("/").content


@pytest.mark.slow
def test_home_says_what_one_waits_for_and_what_waits(
    review: Review, reviewer: User, developer: User, browser_of: Browser
) -> None:
    developer_page, reviewer_page = (browser_of(person).get("/").content.decode() for person in (developer, reviewer))
    assert "What I wait for" in developer_page
    assert "waiting for Ari Rossi" in developer_page
    assert "Waiting for me" in reviewer_page
    assert "What I wait for" not in reviewer_page


@pytest.mark.slow
def test_a_projects_card_and_its_builds_say_the_verdict(
    review: Review, project: Project, reviewer: User, developer: User, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    assert "In review" in browser.get("/").content.decode()
    give_verdict(reviewer, review.rounds.get().build, "approve")
    for address in ("/", "/acme/kitchen/builds"):
        assert '<span class="tag ok">Approved</span>' in compact(browser.get(address).content.decode())


# -- email


def later(minutes: float = 2) -> Any:
    return timezone.now() + timedelta(minutes=minutes)


def test_what_asks_for_somebody_is_mailed_a_minute_later_once(
    mailing: None, review: Review, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert send_due() == 0
        assert send_due(later()) == 1
        assert send_due(later()) == 0
    (message,) = mail.outbox
    assert message.to == [reviewer.email]
    assert message.subject == "acme/kitchen: Hears whispers"
    assert "asks for your review of build 1" in message.body
    assert review.get_absolute_url() in message.body


@pytest.mark.slow
@pytest.mark.protects("mail/notices")
def test_what_was_read_or_may_not_be_read_any_more_is_not_mailed(
    mailing: None, review: Review, organisation: Organisation, reviewer: User, owner: User, developer: User
) -> None:
    actions.read_all(reviewer)
    assert send_due(later()) == 0
    begin_thread(developer, review, "@Ari?")
    remove_member(owner, organisation, reviewer.pk)
    assert send_due(later(2 * 24 * 60)) == 0


@pytest.mark.slow
def test_the_rest_comes_in_one_digest(
    mailing: None,
    review: Review,
    project: Project,
    reviewer: User,
    developer: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    failed_build(developer, project)
    give_verdict(reviewer, review.rounds.get().build, "approve")
    with django_capture_on_commit_callbacks(execute=True):
        actions.read_all(reviewer)
        assert send_due(later()) == 0
        assert send_due(later(25 * 60)) == 1
    (message,) = mail.outbox
    assert message.subject == "2 notices from Hammer Forge"
    assert "Ari Rossi approved build 1" in message.body


@pytest.mark.slow
def test_the_mail_of_a_review_is_two_presses_from_the_verdict(
    mailing: None,
    review: Review,
    reviewer: User,
    browser_of: Callable[[User | None], Client],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        send_due(later())
    browser = browser_of(reviewer)
    # One press opens the mail's link; the page has the buttons of the verdict. The other press decides.
    link = re.findall(r"https?://[^/\s]+(/acme/kitchen/reviews/\d+)", str(mail.outbox[0].body))[0]
    page = browser.get(link).content.decode()
    assert f'action="{link}/respond"' in page
    assert 'name="verdict" value="approve"' in page
    fields = {name: re.findall(f'name="{name}" value="([^"]+)"', page)[0] for name in ("round", "rune")}
    assert browser.post(f"{link}/respond", fields | {"verdict": "approve"}).status_code == 302
    assert Verdict.objects.get().user == reviewer


def test_nothing_goes_to_an_address_that_nobody_confirmed(settings: Any, review: Review) -> None:
    settings.EMAIL_IS_SENT = True
    assert send_due(later()) == 0


@pytest.mark.protects("mail/unsubscribing")
def test_email_ends_by_a_press_in_the_mail_program_without_signing_in(
    mailing: None, review: Review, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        send_due(later())
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>").partition("//")[2].partition("/")[2]
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.get(f"/{link}").status_code == 200
    assert mail_choice_of(reviewer) == MailChoice.REQUESTED_AND_DIGEST
    assert stranger.post(f"/{link}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert mail_choice_of(reviewer) == MailChoice.NONE
    assert AuditEntry.objects.filter(action="notices.mail", person=reviewer.pk).count() == 1


@pytest.mark.protects("mail/unsubscribing")
@pytest.mark.parametrize("token", ["x", "x:y", f"{'0' * 32}:signature"])
def test_a_link_that_we_did_not_sign_ends_nothing(db: None, token: str) -> None:
    assert Client().post(f"/accounts/notices/unsubscribe/{token}").status_code == 400


def test_notices_end_some_time_after_their_last_event(review: Review, reviewer: User) -> None:
    end_old(timezone.now() + KEEP_READ_FOR - timedelta(days=1))
    assert Notice.objects.count() == 1
    end_old(timezone.now() + KEEP_READ_FOR + timedelta(days=1))
    assert Notice.objects.count() == 0


def test_a_disabled_account_gets_no_notices(project: Project, developer: User, reviewer: User) -> None:
    User.objects.filter(pk=reviewer.pk).update(is_active=False)
    Membership.objects.filter(user=reviewer).update(role=Role.REVIEWER)
    ask_for_review(developer, built(developer, project), "Hears", reviewers=[RequestedGroup((reviewer.pk,))])
    assert Notice.objects.count() == 0


def test_who_has_to_change_something_is_mailed_at_once(project: Project, developer: User, reviewer: User) -> None:
    build = built(developer, project)
    for verdict, cause in (("approve", NoticeCause.MINE), ("changes", NoticeCause.REQUESTED)):
        give_verdict(reviewer, build, verdict, "It misses the second knock.")
        notice = Notice.objects.get(person=developer, kind="verdict")
        assert notice.reason == cause
    assert notice.mail_due is not None
    assert notice.mail_due - timezone.now() <= MAIL_AFTER
