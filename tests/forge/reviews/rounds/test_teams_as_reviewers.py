"""A team is asked for a review: those of its people who may judge, of whom any one, or so many, must approve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import add_to_team, create_team
from forge.accounts.models import Team
from forge.projects.models import Project
from forge.reviews.actions import RequestedGroup, ask_for_review, give_verdict
from forge.reviews.errors import BadReviewers
from forge.reviews.models import Review
from forge.reviews.rounds.access import find_review, standing_verdicts, state_of
from forge.reviews.rounds.decision import ReviewState
from tests.support.forge.factories.builds import built

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]


@pytest.fixture
def audio(project: Project, owner: Any, developer: Any, reviewer: Any, viewer: Any) -> Team:
    """Returns a team whose developer builds, and whose viewer may not judge."""
    team = create_team(owner, project.organisation, "audio")
    add_to_team(owner, team, [developer.pk, reviewer.pk, owner.pk, viewer.pk])
    return team


def state(person: Any, review: Review) -> ReviewState:
    current = find_review(person, review.pk)
    return state_of(current, standing_verdicts([current])[current.pk])


@pytest.mark.slow
def test_any_of_a_teams_people_who_may_judge_counts(
    audio: Team, project: Project, developer: Any, reviewer: Any, owner: Any
) -> None:
    build = built(developer, project)
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup(team="audio")])
    group = review.groups.get()
    assert (group.title, group.required_approvals) == ("Team audio", 1)
    assert set(group.people.all()) == {reviewer, owner}, "neither who built it nor who may not judge"
    give_verdict(owner, build, "approve")
    assert state(developer, review) is ReviewState.APPROVED


@pytest.mark.slow
def test_so_many_of_a_team_must_approve(
    audio: Team, project: Project, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    form = {"title": "Hears whispers", "team": "audio", "team_approvals": "2"}
    client = browser_of(developer)
    assert 'value="audio"' in client.get("/acme/kitchen/builds/1/ask").content.decode()
    assert client.post("/acme/kitchen/builds/1/ask", form).status_code == 302
    review = Review.objects.get()
    give_verdict(reviewer, build, "approve")
    assert state(developer, review) is ReviewState.WAITING
    give_verdict(owner, build, "approve")
    assert state(developer, review) is ReviewState.APPROVED


@pytest.mark.protects("reviews/reviewers")
def test_a_team_of_nobody_who_may_judge_is_refused(
    audio: Team, project: Project, developer: Any, owner: Any, viewer: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    lookers = create_team(owner, project.organisation, "lookers")
    add_to_team(owner, lookers, [viewer.pk, developer.pk])
    for group in (
        RequestedGroup(team="lookers"),
        RequestedGroup(team="nobody"),
        RequestedGroup(required_approvals=3, team="audio"),
    ):
        with pytest.raises(BadReviewers):
            ask_for_review(developer, build, "Hears whispers", reviewers=[group])
    body = {"build": str(build.pk), "title": "x", "reviewers": [{"team": "nobody"}]}
    answer = browser_of(developer).post("/api/v1/projects/acme/kitchen/reviews", body, content_type="application/json")
    assert answer.status_code == 400
    assert not Review.objects.exists()
