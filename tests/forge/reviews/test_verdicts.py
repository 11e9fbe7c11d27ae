"""Verdicts and conversations: who may give one, what it holds for, and what waits for whom."""

from __future__ import annotations

from typing import Any

import pytest

from forge.builds.actions import request_build
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry, Event
from forge.projects.actions import write_file
from forge.projects.hooks import waiting_for
from forge.reviews.access import approved_before, conversation, is_approved, verdicts_on
from forge.reviews.actions import give_verdict, say
from forge.reviews.errors import BadVerdict, NotReviewable, OwnBuild
from tests.forge.made_builds import built

pytestmark = pytest.mark.django_db


def another(user: Any, project: Any) -> Any:
    write_file(user, project, "notes.txt", str(project.builds.count()).encode())
    return built(user, project)


def test_a_verdict_holds_for_the_rune_that_was_judged(project: Any, developer: Any, viewer: Any) -> None:
    build = built(developer, project)
    verdict = give_verdict(viewer, build, "approve", "  It hears me.  ")
    assert build.artefact is not None
    assert (verdict.rune_digest, verdict.comment) == (build.artefact.digest, "It hears me.")
    assert AuditEntry.objects.get(action="review.verdict").data["verdict"] == "approve"
    assert Event.objects.filter(stream_id=project.stream, type="review.changed").count() == 1


def test_nobody_judges_their_own_build(project: Any, developer: Any) -> None:
    with pytest.raises(OwnBuild):
        give_verdict(developer, built(developer, project), "approve")


def test_a_stranger_neither_judges_nor_speaks_nor_reads(project: Any, developer: Any, stranger: Any) -> None:
    build = built(developer, project)
    for attempt in (
        lambda: give_verdict(stranger, build, "approve"),
        lambda: say(stranger, build, "hello"),
        lambda: conversation(stranger, build),
    ):
        with pytest.raises((Forbidden, NotFound)):
            attempt()
    assert verdicts_on(stranger, build) == []


def test_a_build_that_did_not_succeed_is_not_judged(project: Any, developer: Any, owner: Any) -> None:
    with pytest.raises(NotReviewable):
        give_verdict(owner, request_build(developer, project), "approve")


def test_a_verdict_is_one_of_two_words(project: Any, developer: Any, owner: Any) -> None:
    with pytest.raises(BadVerdict):
        give_verdict(owner, built(developer, project), "maybe")


def test_who_thinks_again_replaces_the_earlier_verdict(project: Any, developer: Any, owner: Any, viewer: Any) -> None:
    build = built(developer, project)
    give_verdict(owner, build, "changes", "Too slow")
    give_verdict(viewer, build, "approve")
    assert not is_approved(verdicts_on(owner, build))
    give_verdict(owner, build, "approve")
    assert is_approved(verdicts_on(owner, build))
    assert [(one.verdict, one.replaced) for one in verdicts_on(owner, build)] == [
        ("changes", True),
        ("approve", False),
        ("approve", False),
    ]


def test_an_empty_comment_is_refused(project: Any, developer: Any) -> None:
    with pytest.raises(Invalid):
        say(developer, built(developer, project), "  \n ")


def test_a_build_is_compared_with_the_last_approved_one(project: Any, developer: Any, owner: Any) -> None:
    first, second, third = (another(developer, project) for _ in range(3))
    assert approved_before(third) is None
    give_verdict(owner, first, "approve")
    give_verdict(owner, second, "changes")
    assert approved_before(third) == first
    assert approved_before(first) is None


def test_what_waits_for_whom(project: Any, developer: Any, owner: Any, viewer: Any, stranger: Any) -> None:
    another(developer, project)
    build = another(developer, project)

    def waiting(user: Any) -> list[tuple[str, str]]:
        return [(one.title, one.action) for answer in waiting_for.call(user) for one in answer]

    review = ("acme/kitchen: build 2", "Review")
    assert waiting(owner) == waiting(viewer) == [review]
    assert waiting(developer) == waiting(stranger) == []
    give_verdict(owner, build, "changes")
    assert waiting(owner) == []
    assert waiting(developer) == [("acme/kitchen: build 2", "Read")]
    another(owner, project)
    assert waiting(developer) == [("acme/kitchen: build 3", "Review")]
