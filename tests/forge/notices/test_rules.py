"""Who hears of what, in words, and when by email: pure rules."""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from forge.notices.rules import (
    MAIL_AFTER,
    Audience,
    Happening,
    Kind,
    Level,
    MailChoice,
    Reason,
    mail_due,
    recipients,
    stronger,
)
from forge.notices.words import action, sentence

ANN, BEN, CAT, DAN = (UUID(int=number) for number in range(1, 5))
NOBODY: Set[UUID] = frozenset()
ALL = frozenset({ANN, BEN, CAT, DAN})
MORNING, EVENING = datetime(2026, 5, 4, 5, 0, tzinfo=UTC), datetime(2026, 5, 4, 20, 0, tzinfo=UTC)
DIGEST_TODAY, DIGEST_TOMORROW = (datetime(2026, 5, day, 6, 0, tzinfo=UTC) for day in (4, 5))


def happening(
    kind: Kind = Kind.COMMENT, asked: set[UUID] | None = None, concerned: set[UUID] | None = None
) -> Happening:
    return Happening(kind, "review:1", "/reviews/1", {}, frozenset(asked or ()), frozenset(concerned or ()))


def test_who_is_asked_hears_why_and_so_does_whose_it_is() -> None:
    found = recipients(happening(asked={ANN}, concerned={ANN, BEN}), CAT, Audience(ALL))
    assert found == {ANN: Reason.ASKED, BEN: Reason.MINE}


def test_nobody_hears_of_their_own_act() -> None:
    assert recipients(happening(asked={ANN}, concerned={BEN}), ANN, Audience(ALL)) == {BEN: Reason.MINE}


def test_who_may_not_read_it_hears_nothing() -> None:
    assert recipients(happening(asked={ANN}), None, Audience(ALL - {ANN}, {ANN: Level.ALL})) == {}


def test_who_watches_all_hears_of_what_is_not_theirs() -> None:
    assert recipients(happening(), None, Audience(ALL, {CAT: Level.ALL, DAN: Level.MINE})) == {CAT: Reason.WATCHING}


def test_who_turned_a_project_off_hears_nothing_of_it() -> None:
    assert recipients(happening(asked={ANN}), None, Audience(ALL, {ANN: Level.OFF})) == {}


def test_who_muted_a_thing_hears_of_it_only_by_name() -> None:
    audience = Audience(ALL, muted=frozenset({ANN}))
    assert recipients(happening(Kind.REVIEW_ASKED, asked={ANN}), None, audience) == {}
    assert recipients(happening(concerned={ANN}), None, audience) == {}
    assert recipients(happening(asked={ANN}), None, audience) == {ANN: Reason.ASKED}


@pytest.mark.parametrize(
    ("reason", "choice", "now", "due"),
    [
        (Reason.ASKED, MailChoice.ASKED_AND_DIGEST, EVENING, EVENING + MAIL_AFTER),
        (Reason.MINE, MailChoice.ASKED_AND_DIGEST, EVENING, DIGEST_TOMORROW),
        (Reason.WATCHING, MailChoice.DIGEST, MORNING, DIGEST_TODAY),
        (Reason.ASKED, MailChoice.DIGEST, EVENING, DIGEST_TOMORROW),
        (Reason.ASKED, MailChoice.ASKED, EVENING, EVENING + MAIL_AFTER),
        (Reason.MINE, MailChoice.ASKED, EVENING, None),
        (Reason.ASKED, MailChoice.NONE, EVENING, None),
    ],
)
def test_an_email_is_due_as_was_chosen(reason: Reason, choice: MailChoice, now: datetime, due: datetime | None) -> None:
    assert mail_due(reason, choice, now) == due


def test_the_next_digest_at_the_very_moment_is_tomorrows() -> None:
    assert mail_due(Reason.MINE, MailChoice.DIGEST, DIGEST_TODAY) == DIGEST_TODAY + timedelta(days=1)


def test_of_two_reasons_the_one_that_asks_counts() -> None:
    assert stronger(Reason.WATCHING, Reason.ASKED) is Reason.ASKED
    assert stronger(Reason.MINE, Reason.WATCHING) is Reason.MINE


@pytest.mark.protects("mail/templates")
@pytest.mark.parametrize(
    ("kind", "reason", "facts", "said", "step"),
    [
        (Kind.REVIEW_ASKED, Reason.ASKED, {"round": 1, "build": 3}, "Jo asks for your review of build 3", "Review"),
        (Kind.REVIEW_ASKED, Reason.WATCHING, {"round": 1, "build": 3}, "Jo asks for a review of build 3", "Open"),
        (
            Kind.REVIEW_ASKED,
            Reason.ASKED,
            {"round": 2, "build": 4},
            "Jo asks for your review again: round 2, build 4",
            "Review",
        ),
        (Kind.REVIEW_CLOSED, Reason.MINE, {}, "Jo closed the review", "Open"),
        (Kind.VERDICT, Reason.MINE, {"change": "approved", "build": 3}, "Jo approved build 3", "Open"),
        (Kind.VERDICT, Reason.MINE, {"change": "changes", "build": 3}, "Jo asks for changes to build 3", "Open"),
        (Kind.VERDICT, Reason.MINE, {"change": "undone", "build": 3}, "Jo took the verdict on build 3 back", "Open"),
        (Kind.COMMENT, Reason.MINE, {}, "Jo commented", "Open"),
        (Kind.MENTION, Reason.ASKED, {}, "Jo mentioned you", "Answer"),
        (Kind.BUILD_FAILED, Reason.MINE, {"error": "{who} is no stage."}, "{who} is no stage.", "See why"),
        (Kind.BUILD_FAILED, Reason.MINE, {"error": ""}, "The build failed", "See why"),
        (Kind.PUBLISHED, Reason.MINE, {"build": 3, "tag": "1.0"}, "Jo published build 3 as 1.0", "Open"),
        (
            Kind.WEBHOOK_STOPPED,
            Reason.ASKED,
            {"host": "ci.example"},
            "ci.example took nothing for days, so nothing more is sent there",
            "See why",
        ),
    ],
)
def test_each_kind_has_its_words_and_its_next_step(
    kind: Kind, reason: Reason, facts: dict[str, object], said: str, step: str
) -> None:
    assert sentence(kind, reason, "Jo", facts) == said
    assert action(kind, reason) == step


def test_words_say_how_much_more_there_is_and_name_someone_who_is_gone() -> None:
    assert sentence(Kind.COMMENT, Reason.MINE, "", {}, 3) == "Someone commented · and 2 more events"
