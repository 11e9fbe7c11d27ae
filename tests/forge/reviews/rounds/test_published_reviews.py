"""A review whose build is published takes no further round: by the act, by the API, and when a build ends."""

from __future__ import annotations

from typing import Any

import pytest

from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.projects.actions import write_file
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, ask_in_a_new_round, give_verdict
from forge.reviews.errors import ReviewPublished
from forge.reviews.models import AwaitedReview, Review
from forge.reviews.reviewing.actions.pending_requests import ReviewRequest, ask_when_built
from tests.support.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db


def published_as(tag: str, project: Any, developer: Any, reviewer: Any) -> tuple[Review, Build]:
    """A review whose build is published under a tag, and a newer build."""
    build = built(developer, project)
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    give_verdict(reviewer, build, "approve")
    publish_build(developer, build, tag)
    write_file(developer, project, "notes.txt", b"better")
    return review, built(developer, project, RUNE + b"better")


@pytest.mark.slow
def test_a_further_round_is_refused_by_name(project: Any, developer: Any, reviewer: Any, browser_of: Any) -> None:
    review, newer = published_as("1.0", project, developer, reviewer)
    with pytest.raises(ReviewPublished, match=r"published as 1\.0\. Ask for a new review"):
        ask_in_a_new_round(developer, review, newer)
    answer = browser_of(developer).post(
        f"/api/v1/reviews/{review.pk}/rounds", {"build": str(newer.pk)}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["title"]) == (409, ReviewPublished.title)
    assert review.rounds.count() == 1


@pytest.mark.slow
def test_a_build_that_is_not_over_cannot_wait_to_begin_one(project: Any, developer: Any, reviewer: Any) -> None:
    review, _ = published_as("1.0", project, developer, reviewer)
    write_file(developer, project, "notes.txt", b"best")
    building = request_build(developer, project)
    with pytest.raises(ReviewPublished):
        ask_when_built(developer, building, ReviewRequest(review=review.number))
    assert not AwaitedReview.objects.exists()


@pytest.mark.slow
def test_a_tag_that_moves_ends_no_review(project: Any, developer: Any, reviewer: Any) -> None:
    review, newer = published_as("edge", project, developer, reviewer)
    assert ask_in_a_new_round(developer, review, newer).number == 2
