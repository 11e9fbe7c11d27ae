"""A review of a build that is not over: asked for on its page, it reaches the reviewers when the build succeeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import change_role, create_token, delete_token, remove_member, set_password
from forge.accounts.grants.access import grants_of
from forge.accounts.models import ApiToken, Membership, Role
from forge.accounts.principals import acting_as
from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.core.models import AuditEntry
from forge.jobs import queue
from forge.jobs.models import JobState
from forge.projects.actions import write_file
from forge.reviews.actions import RequestedGroup, ReviewRequest, ask_for_review, ask_when_built
from forge.reviews.models import AwaitedReview, Review
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE, built, take_job

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]


def page_of(response: Any) -> str:
    return compact(response.content.decode())


@pytest.fixture
def build(project: Any, developer: Any, reviewer: Any) -> Build:
    """Build 2, which waits for a worker; build 1 has the rune that it will have."""
    built(developer, project)
    write_file(developer, project, "notes.txt", b"better")
    return request_build(developer, project)


def ended(build: Build, state: JobState, rune: Build | None = None) -> None:
    """The build ends as a worker ends it, with the rune of another build."""
    lease = take_job()
    if rune is not None:
        Build.objects.filter(pk=build.pk).update(artefact=rune.artefact)
    queue.finish(lease, state, error="" if rune else "The Runefile has a problem.")


def request_review(client: Client, reviewer: Any, number: int = 2) -> str:
    fields = {"title": "Hears whispers", "people": [str(reviewer.pk)]}
    return page_of(client.post(f"/acme/kitchen/builds/{number}/ask", fields, follow=True))


@pytest.mark.slow
def test_the_reviewers_are_asked_when_the_build_succeeds(
    build: Build, project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    client = browser_of(developer)
    assert "/acme/kitchen/builds/2/ask" in page_of(client.get("/acme/kitchen/builds/2"))
    assert "as soon as it succeeds" in page_of(client.get("/acme/kitchen/builds/2/ask"))
    assert "asks for a review as soon as this build succeeds" in request_review(client, reviewer)
    assert not Review.objects.exists()
    assert "/reviews/1" not in browser_of(reviewer).get("/").content.decode()
    ended(build, JobState.SUCCEEDED, Build.objects.get(number=1))
    review = Review.objects.get()
    assert (review.title, review.requested_by) == ("Hears whispers", developer)
    assert [each.build_id for each in review.rounds.all()] == [build.pk]
    assert "/reviews/1" in browser_of(reviewer).get("/").content.decode()
    assert not AwaitedReview.objects.exists()


@pytest.mark.slow
def test_a_build_that_fails_says_that_nobody_was_asked(
    build: Build, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    client = browser_of(developer)
    request_review(client, reviewer)
    ended(build, JobState.FAILED)
    assert not Review.objects.exists()
    assert "was not asked for. Build 2 did not succeed." in page_of(client.get("/acme/kitchen/builds/2"))
    client.post("/acme/kitchen/builds/2/ask", {"do": "take-back"})
    assert not AwaitedReview.objects.exists()


@pytest.mark.slow
def test_what_is_refused_when_the_build_succeeds_keeps_the_reason(
    build: Build, project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    client = browser_of(developer)
    request_review(client, reviewer)
    first = Build.objects.get(number=1)
    ask_for_review(developer, first, "The same bytes", reviewers=[RequestedGroup((reviewer.pk,))])
    ended(build, JobState.SUCCEEDED, first)
    assert Review.objects.count() == 1
    assert "asks about these bytes" in page_of(client.get("/acme/kitchen/builds/2"))


@pytest.mark.slow
def test_whoever_lost_the_role_meanwhile_asks_nothing(
    build: Build, project: Any, owner: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    request_review(browser_of(developer), reviewer)
    remove_member(owner, project.organisation, developer.pk)
    Membership.objects.create(organisation=project.organisation, user=developer, role=Role.DEVELOPER)
    ended(build, JobState.SUCCEEDED, Build.objects.get(number=1))
    assert not Review.objects.exists()
    assert not AwaitedReview.objects.exists()


@pytest.mark.slow
def test_however_the_role_ended_nothing_is_asked(
    build: Build, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    request_review(browser_of(developer), reviewer)
    Membership.objects.filter(user=developer).update(role=Role.REVIEWER)
    ended(build, JobState.SUCCEEDED, Build.objects.get(number=1))
    assert not Review.objects.exists()
    assert "Your role does not let you" in AwaitedReview.objects.get().refusal


@pytest.mark.slow
@pytest.mark.protects("roles/made-by-tokens")
@pytest.mark.parametrize("end", ["delete", "expire", "password", "demote"])
def test_what_a_token_asked_for_ends_with_the_token(
    end: str, build: Build, project: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    token, _ = create_token(developer, "ci", ["write"], None)
    request = ReviewRequest("Hears whispers", reviewers=(RequestedGroup((reviewer.pk,)),))
    ask_when_built(acting_as(developer, token), build, request)
    ends: dict[str, Callable[[], object]] = {
        "delete": lambda: delete_token(developer, token.pk),
        "expire": lambda: ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1)),
        "password": lambda: set_password(developer, "another horse battery"),
        "demote": lambda: change_role(owner, project.organisation, developer.pk, "viewer"),
    }
    ends[end]()
    assert [each for each in grants_of([developer]) if each.kind.name == "awaited-review"] == []
    ended(build, JobState.SUCCEEDED, Build.objects.get(number=1))
    assert not Review.objects.exists()
    refusals = [each.refusal for each in AwaitedReview.objects.all()]
    assert refusals == (["The token that asked for it has ended."] if end == "expire" else [])


@pytest.mark.slow
def test_a_token_asks_as_itself_when_the_build_succeeds(build: Build, developer: Any, reviewer: Any) -> None:
    token, _ = create_token(developer, "ci", ["write"], None)
    request = ReviewRequest("Hears whispers", reviewers=(RequestedGroup((reviewer.pk,)),))
    ask_when_built(acting_as(developer, token), build, request)
    ended(build, JobState.SUCCEEDED, Build.objects.get(number=1))
    assert Review.objects.get().requested_by == developer
    assert AuditEntry.objects.filter(principal_kind="token", principal_id=str(token.pk), action="review.ask").exists()


def test_what_cannot_be_asked_is_refused_at_once(
    build: Build, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    client = browser_of(developer)
    response = client.post("/acme/kitchen/builds/2/ask", {"title": "", "people": [str(reviewer.pk)]})
    assert response.status_code == 400
    response = client.post("/acme/kitchen/builds/2/ask", {"title": "Own work", "people": [str(developer.pk)]})
    assert response.status_code in (400, 409)
    assert not AwaitedReview.objects.exists()


@pytest.mark.slow
def test_only_whoever_asked_takes_it_back_and_a_reviewer_asks_nothing(
    build: Build, developer: Any, owner: Any, reviewer: Any, browser_of: Browser
) -> None:
    request_review(browser_of(developer), reviewer)
    assert browser_of(owner).post("/acme/kitchen/builds/2/ask", {"do": "take-back"}).status_code == 404
    assert browser_of(reviewer).post("/acme/kitchen/builds/2/ask", {"title": "x"}).status_code == 403
    assert AwaitedReview.objects.count() == 1


@pytest.mark.slow
def test_a_round_waits_for_its_build_too(project: Any, developer: Any, reviewer: Any, browser_of: Browser) -> None:
    ask_for_review(developer, built(developer, project), "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    write_file(developer, project, "notes.txt", b"better")
    other = built(developer, project, RUNE + b"better")
    write_file(developer, project, "notes.txt", b"best")
    build = request_build(developer, project)
    client = browser_of(developer)
    client.post("/acme/kitchen/builds/3/ask", {"review": "1", "message": "Hears you now."})
    assert Review.objects.get().rounds.count() == 1
    ended(build, JobState.SUCCEEDED, other)
    assert [each.message for each in Review.objects.get().rounds.all()] == ["", "Hears you now."]
