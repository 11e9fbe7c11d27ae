"""The pages of reviews, from the outside: asking, deciding, undoing and closing work by forms alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.projects.actions import write_file
from forge.reviews.actions import RequestedGroup, ask_for_review
from forge.reviews.models import Review
from tests.support.cases import each_case
from tests.support.forge.factories.builds import RUNE, built
from tests.support.forge.factories.preconditions import etag_form

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
ASK = "/acme/kitchen/builds/1/ask"
PAGE = "/acme/kitchen/reviews/1"


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.slow
def test_a_review_is_asked_for_by_a_form_and_leads_home_page_and_reviewer_to_it(
    project: Any, developer: Any, owner: Any, reviewer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    client = browser_of(developer)
    assert ASK in text_of(client.get("/acme/kitchen/builds/1"))
    form = text_of(client.get(ASK))
    assert str(reviewer) in form
    assert f'value="{developer.pk}"' not in form
    fields = {
        "title": "Hears <whispers>",
        "message": "Speak softly.",
        "people": [str(reviewer.pk)],
        "due": "2999-12-01",
    }
    page = text_of(client.post(ASK, fields, follow=True))
    assert "Hears &lt;whispers&gt;" in page
    assert "due 1 December" in page
    assert "0 of 1" in page
    for person, is_pending in ((reviewer, True), (owner, False)):
        waiting = text_of(browser_of(person).get("/")).partition("<h2>Activity</h2>")[0]
        assert (PAGE in waiting) is is_pending
    assert "Hears &lt;whispers&gt;" in text_of(browser_of(owner).get("/acme/kitchen/reviews"))


@each_case(
    ("fields", "reason"),
    [
        ({"title": ""}, "in a few words"),
        ({"people": []}, "at least one person"),
        ({"people": ["nobody"]}, "person cannot be asked"),
        ({"required_approvals": "7"}, "cannot give"),
        ({"required_approvals": "x"}, "not a whole number"),
        ({"due": "tomorrow"}, "not a valid date"),
        ({"due": "2001-01-01"}, "has passed"),
    ],
)
def test_what_was_typed_is_kept_beside_what_was_wrong(
    fields: dict[str, Any], reason: str, project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    form = {"title": "Hears whispers", "message": "Speak softly.", "people": [str(reviewer.pk)]} | fields
    response = browser_of(developer).post(ASK, form)
    assert response.status_code == 400
    assert reason in text_of(response)
    assert "Speak softly." in text_of(response)
    assert not Review.objects.exists()


@pytest.mark.slow
def test_a_verdict_is_given_and_undone_by_forms(
    project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    assert build.artefact is not None
    ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    client = browser_of(reviewer)
    assert "Your review is requested" in text_of(client.get(PAGE))
    assert 'value="approve"' in text_of(client.get(PAGE))
    form = {"round": "1", "rune": build.artefact.digest}
    response = client.post(f"{PAGE}/respond", form | {"verdict": "changes", "text": ""})
    assert response.status_code == 400
    assert "Write what should change" in text_of(response)
    page = text_of(client.post(f"{PAGE}/respond", form | {"verdict": "approve", "text": "Good"}, follow=True))
    assert "You approved it" in page
    assert "1 of 1" in page
    page = text_of(client.post(f"{PAGE}/respond", {"verdict": "undo"}, follow=True))
    assert "You approved it" not in page
    assert "0 of 1" in page
    mine = text_of(browser_of(developer).get(PAGE))
    assert 'name="verdict"' not in mine
    assert "You built this build or wrote part of it, so somebody else decides." in mine


@pytest.mark.slow
def test_an_open_review_is_carried_on_from_the_page_of_the_next_build(
    project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    ask_for_review(developer, built(developer, project), "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    write_file(developer, project, "notes.txt", b"better")
    built(developer, project, RUNE + b"better")
    client = browser_of(developer)
    assert "Start round 2" in text_of(client.get("/acme/kitchen/builds/2/ask"))
    form = {"review": "1", "message": "Hears you now."}
    page = text_of(client.post("/acme/kitchen/builds/2/ask", form, follow=True))
    assert "Round 2:</b> Hears you now." in page
    assert "Build 2</a>" in page


@pytest.mark.slow
def test_the_page_says_as_which_build_the_same_bytes_were_approved(
    project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    browser_of(reviewer).post("/acme/kitchen/builds/1/respond", {"verdict": "approve"})
    write_file(developer, project, "notes.txt", b"the same bytes")
    built(developer, project)
    assert "Approved as build 1" in text_of(browser_of(reviewer).get("/acme/kitchen/builds/2"))


@pytest.mark.slow
def test_a_closed_review_takes_no_verdict(project: Any, developer: Any, reviewer: Any, browser_of: Browser) -> None:
    ask_for_review(developer, built(developer, project), "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    page = text_of(browser_of(developer).post(f"{PAGE}/close", etag_form(f"{PAGE}/close"), follow=True))
    assert "Closed" in page
    assert 'name="verdict"' not in text_of(browser_of(reviewer).get(PAGE))
    assert browser_of(developer).post(f"{PAGE}/close").status_code == 409


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "address", "answers"),
    [
        ("get", "/acme/kitchen/reviews", (200, 200, 200, 404, 302)),
        ("get", PAGE, (200, 200, 200, 404, 302)),
        ("get", ASK, (200, 200, 403, 404, 302)),
        ("post", ASK, (400, 400, 403, 404, 302)),
        ("post", f"{PAGE}/respond", (302, 302, 302, 404, 302)),
        ("post", f"{PAGE}/close", (302, 302, 403, 404, 302)),
    ],
)
def test_who_may_do_what(
    method: str,
    address: str,
    answers: tuple[int, ...],
    project: Any,
    people: dict[str, Any],
    developer: Any,
    reviewer: Any,
    browser_of: Browser,
) -> None:
    review = ask_for_review(
        developer, built(developer, project), "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))]
    )
    for kind, status in zip(("owner", "developer", "viewer", "stranger", "anonymous"), answers, strict=True):
        answer = getattr(browser_of(people[kind]), method)(address, etag_form(address, text="x"))
        assert (kind, answer.status_code) == (kind, status)
        Review.objects.filter(pk=review.pk).update(closed=None)
