"""The rules for the recipients, the words and the emails of notices: pure."""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from forge.builds.announcements import FAILED_BUILDS
from forge.core.events.announcements import NoticeDraft, NoticeTopic
from forge.notices.delivery.messages import action, sentence
from forge.notices.rules import (
    MAIL_AFTER,
    Audience,
    Level,
    MailChoice,
    NoticeCause,
    mail_due,
    recipients,
    stronger,
)
from forge.registry.tags.publishing.announcements import PUBLISHED_RUNES
from forge.reviews.rounds.announcements import CLOSED_REVIEWS, REVIEW_REQUESTS, VERDICTS
from forge.reviews.threads.announcements import COMMENTS, MENTIONS
from forge.webhooks.announcements import STOPPED_WEBHOOKS
from tests.support.cases import each_case

ANN, BEN, CAT, DAN = (UUID(int=number) for number in range(1, 5))
NOBODY: Set[UUID] = frozenset()
ALL = frozenset({ANN, BEN, CAT, DAN})
MORNING, EVENING = datetime(2026, 5, 4, 5, 0, tzinfo=UTC), datetime(2026, 5, 4, 20, 0, tzinfo=UTC)
DIGEST_TODAY, DIGEST_TOMORROW = (datetime(2026, 5, day, 6, 0, tzinfo=UTC) for day in (4, 5))


def draft(
    topic: NoticeTopic = COMMENTS, addressees: set[UUID] | None = None, participants: set[UUID] | None = None
) -> NoticeDraft:
    return NoticeDraft(
        topic,
        next(iter(topic.messages)),
        title="Hears",
        subject="review:1",
        path="/reviews/1",
        addressees=frozenset(addressees or ()),
        participants=frozenset(participants or ()),
    )


def test_who_is_asked_hears_why_and_so_does_whose_it_is() -> None:
    reasons = recipients(draft(addressees={ANN}, participants={ANN, BEN}), CAT, Audience(ALL))
    assert reasons == {ANN: NoticeCause.REQUESTED, BEN: NoticeCause.MINE}


def test_nobody_hears_of_their_own_act() -> None:
    assert recipients(draft(addressees={ANN}, participants={BEN}), ANN, Audience(ALL)) == {BEN: NoticeCause.MINE}


def test_who_may_not_read_it_hears_nothing() -> None:
    assert recipients(draft(addressees={ANN}), None, Audience(ALL - {ANN}, {ANN: Level.ALL})) == {}


def test_who_watches_all_hears_of_what_is_not_theirs() -> None:
    assert recipients(draft(), None, Audience(ALL, {CAT: Level.ALL, DAN: Level.MINE})) == {CAT: NoticeCause.WATCHING}


def test_who_turned_a_project_off_hears_nothing_of_it() -> None:
    assert recipients(draft(addressees={ANN}), None, Audience(ALL, {ANN: Level.OFF})) == {}


def test_who_muted_a_thing_hears_of_it_only_by_name() -> None:
    audience = Audience(ALL, muted_by=frozenset({ANN}))
    assert recipients(draft(REVIEW_REQUESTS, addressees={ANN}), None, audience) == {}
    assert recipients(draft(participants={ANN}), None, audience) == {}
    assert recipients(draft(addressees={ANN}), None, audience) == {ANN: NoticeCause.REQUESTED}


@each_case(
    ("reason", "choice", "now", "due"),
    [
        (NoticeCause.REQUESTED, MailChoice.REQUESTED_AND_DIGEST, EVENING, EVENING + MAIL_AFTER),
        (NoticeCause.MINE, MailChoice.REQUESTED_AND_DIGEST, EVENING, DIGEST_TOMORROW),
        (NoticeCause.WATCHING, MailChoice.DIGEST, MORNING, DIGEST_TODAY),
        (NoticeCause.REQUESTED, MailChoice.DIGEST, EVENING, DIGEST_TOMORROW),
        (NoticeCause.REQUESTED, MailChoice.REQUESTED, EVENING, EVENING + MAIL_AFTER),
        (NoticeCause.MINE, MailChoice.REQUESTED, EVENING, None),
        (NoticeCause.REQUESTED, MailChoice.NONE, EVENING, None),
    ],
)
def test_an_email_is_due_as_was_chosen(
    reason: NoticeCause, choice: MailChoice, now: datetime, due: datetime | None
) -> None:
    assert mail_due(reason, choice, now) == due


def test_the_next_digest_at_the_very_moment_is_tomorrows() -> None:
    assert mail_due(NoticeCause.MINE, MailChoice.DIGEST, DIGEST_TODAY) == DIGEST_TODAY + timedelta(days=1)


def test_of_two_reasons_the_one_that_asks_counts() -> None:
    assert stronger(NoticeCause.WATCHING, NoticeCause.REQUESTED) is NoticeCause.REQUESTED
    assert stronger(NoticeCause.MINE, NoticeCause.WATCHING) is NoticeCause.MINE


@pytest.mark.protects("mail/templates")
@pytest.mark.parametrize(
    ("topic", "reason", "facts", "text", "step"),
    [
        (
            REVIEW_REQUESTS,
            NoticeCause.REQUESTED,
            {"message": "first-round", "build": 3},
            "Jo asks for your review of build 3",
            "Review",
        ),
        (
            REVIEW_REQUESTS,
            NoticeCause.WATCHING,
            {"message": "first-round", "build": 3},
            "Jo asks for a review of build 3",
            "Open",
        ),
        (
            REVIEW_REQUESTS,
            NoticeCause.REQUESTED,
            {"message": "later-round", "round": 2, "build": 4},
            "Jo asks for your review again: round 2, build 4",
            "Review",
        ),
        (CLOSED_REVIEWS, NoticeCause.MINE, {"message": "closed"}, "Jo closed the review", "Open"),
        (VERDICTS, NoticeCause.MINE, {"message": "approved", "build": 3}, "Jo approved build 3", "Open"),
        (VERDICTS, NoticeCause.MINE, {"message": "changes", "build": 3}, "Jo asks for changes to build 3", "Open"),
        (VERDICTS, NoticeCause.MINE, {"message": "undone", "build": 3}, "Jo withdrew the verdict on build 3", "Open"),
        (COMMENTS, NoticeCause.MINE, {"message": "comment"}, "Jo commented", "Open"),
        (MENTIONS, NoticeCause.REQUESTED, {"message": "mentioned"}, "Jo mentioned you", "Answer"),
        (
            FAILED_BUILDS,
            NoticeCause.MINE,
            {"message": "error", "error": "{who} is no stage."},
            "{who} is no stage.",
            "See why",
        ),
        (FAILED_BUILDS, NoticeCause.MINE, {"message": "no-error"}, "The build failed", "See why"),
        (
            PUBLISHED_RUNES,
            NoticeCause.MINE,
            {"message": "published", "build_number": 3, "tag": "1.0"},
            "Jo published build 3 as 1.0",
            "Open",
        ),
        (
            STOPPED_WEBHOOKS,
            NoticeCause.REQUESTED,
            {"message": "stopped", "host": "ci.example"},
            "Deliveries to ci.example failed for days. Nothing more is sent there",
            "See why",
        ),
    ],
)
def test_each_kind_has_its_words_and_its_next_step(
    topic: NoticeTopic, reason: NoticeCause, facts: dict[str, object], text: str, step: str
) -> None:
    assert sentence(topic, reason, "Jo", facts) == text
    assert action(topic, reason) == step


def test_words_say_how_much_more_there_is_and_name_someone_who_is_gone() -> None:
    assert (
        sentence(COMMENTS, NoticeCause.MINE, "", {"message": "comment"}, 3) == "Someone commented · and 2 more events"
    )


def test_a_topic_that_no_app_declares_any_more_reads_as_the_name_of_the_thing() -> None:
    assert sentence(None, NoticeCause.MINE, "Jo", {"title": "Build 3", "message": "gone"}) == "Build 3"
    assert action(None, NoticeCause.MINE) == "Open"
