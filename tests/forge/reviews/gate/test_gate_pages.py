"""The pages about limits and gates: what a build's page and a review say, who publishes, and who overrides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.builds.models import Build
from forge.projects.actions import update_project, write_file
from forge.registry.models import Publication, Tag
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, give_verdict
from rune.source.policy import Figure, MeasuredFigures, judge
from rune.source.policy.read import read_policy
from rune.source.policy.schema import policy_schema
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.preconditions import etag_form, etag_headers

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
PAGE = "/acme/kitchen/builds/1"
PAST = f"{PAGE}/publish-past-gate"
RULES = (
    "limits: {size: 1 kB, inference-time: 0.07 ms, accuracy: 95 %}\napprovals: {count: 2, from: [owner, reviewer]}\n"
)
REASON = "The fair opens in an hour."


@pytest.fixture
def build(project: Any, people: dict[str, Any]) -> Build:
    """Build 1, whose `forge.yml` limits three figures."""
    return limited(people["developer"], project, RULES)


def limited(user: Any, project: Any, rules: str, rune: bytes = RUNE) -> Build:
    policy = read_policy(rules).policy
    assert policy is not None
    write_file(user, project, "forge.yml", rules.encode())
    build = built(user, project, rune, policy=policy.to_json())
    figures = MeasuredFigures(len(rune), 116, Figure(0.07, 0.06, 0.08, 20))
    Build.objects.filter(pk=build.pk).update(judgements=[each.to_json() for each in judge(policy, figures)])
    build.refresh_from_db()
    return build


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.slow
def test_a_build_says_of_each_limit_in_words_whether_it_is_met(
    build: Build, reviewer: Any, browser_of: Browser
) -> None:
    page = text_of(browser_of(reviewer).get(PAGE))
    assert "5.1 kB, and the limit is at most 1.0 kB." in page
    assert "Missed" in page
    assert "Too close to tell" in page
    assert "Another measurement may fall on the other side" in page
    assert "No test sample was run." in page
    assert "Not known" in page


@pytest.mark.slow
def test_a_build_without_limits_says_nothing_of_them(project: Any, developer: Any, browser_of: Browser) -> None:
    built(developer, project)
    assert 'id="limits"' not in text_of(browser_of(developer).get(PAGE))


@pytest.mark.slow
def test_the_page_says_what_a_version_demands_and_that_the_rules_change(
    build: Build, people: dict[str, Any], browser_of: Browser
) -> None:
    page = text_of(browser_of(people["developer"]).get(f"{PAGE}/publish"))
    assert "<b>1.0 is protected</b>, and this build lacks something:" in page
    assert "2 approvals by owner or reviewer" in page
    assert "This build changes the rules." in page
    assert "Accuracy is limited now: at least 95 %." in page
    assert "past its gate" not in page
    assert "past its gate" in text_of(browser_of(people["owner"]).get(f"{PAGE}/publish"))


@pytest.mark.slow
def test_a_review_says_the_same_to_who_judges(build: Build, people: dict[str, Any], browser_of: Browser) -> None:
    review = ask_for_review(people["developer"], build, "Smaller", reviewers=[RequestedGroup((people["reviewer"].pk,))])
    page = text_of(browser_of(people["reviewer"]).get(review.get_absolute_url()))
    assert "To publish 1.0" in page
    assert "This build changes the rules." in page
    assert 'id="limits"' in page
    assert "Publish it</a>" not in page, "a reviewer does not publish"


@pytest.mark.slow
def test_what_is_refused_says_what_is_missing_and_publishes_nothing(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    built(people["developer"], project)
    answer = browser_of(people["developer"]).post(f"{PAGE}/publish", etag_form(f"{PAGE}/publish", tag="2.0"))
    assert answer.status_code == 409
    page = text_of(answer)
    assert "2.0 is protected. It has 0 of 1 approval by any member. Ask for a review." in page
    assert "<b>2.0 is protected</b>" in page, "the gate of the tag that was asked for"
    assert not Tag.objects.exists()


MEMBERS = ("maintainer", "developer", "reviewer", "viewer")
EXPECTED = {"owner": 302, **dict.fromkeys(MEMBERS, 403), "stranger": 404, "anonymous": 302}


@pytest.mark.parametrize("kind", EXPECTED)
def test_only_an_owner_publishes_past_the_gate(
    kind: str, project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    built(people["developer"], project)
    answer = browser_of(people[kind]).post(PAST, etag_form(PAST, tag="1.0", reason=REASON))
    assert answer.status_code == EXPECTED[kind]
    assert Publication.objects.exists() is (kind == "owner")


@pytest.mark.parametrize("kind", EXPECTED)
def test_only_an_owner_overrides_by_the_api(
    kind: str, project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    build = built(people["developer"], project)
    address = "/api/v1/projects/acme/kitchen/tags/override"
    body = {"tag": "1.0", "build": str(build.pk), "reason": REASON}
    answer = browser_of(people[kind]).post(
        address, body, content_type="application/json", headers=etag_headers(address, body)
    )
    assert answer.status_code == {**EXPECTED, "owner": 201, "anonymous": 401}[kind]
    assert Publication.objects.exists() is (kind == "owner")


@pytest.mark.slow
def test_an_override_without_a_reason_is_asked_for_one_and_nothing_is_lost(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    built(people["developer"], project)
    answer = browser_of(people["owner"]).post(PAST, etag_form(PAST, tag="1.0", reason="why"))
    assert answer.status_code == 400
    assert "Write why it is published now." in text_of(answer)
    assert 'value="why"' in text_of(answer)


@pytest.mark.slow
def test_everyone_reads_on_the_runes_page_that_it_was_published_past_its_gate_and_members_past_what(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    built(people["developer"], project)
    browser_of(people["owner"]).post(PAST, etag_form(PAST, tag="1.0", reason=f"{REASON} <script>"))
    update_project(people["owner"], project, visibility="public")
    page = text_of(browser_of(None).get("/acme/kitchen"))
    assert "1.0 was published past its gate" in page
    assert "The fair opens in an hour. &lt;script&gt;" in page
    assert "It has 0 of 1 approval" not in page
    assert "It has 0 of 1 approval" in text_of(browser_of(people["reviewer"]).get("/acme/kitchen/published"))


@pytest.mark.slow
def test_a_visitor_gets_the_approved_version_and_not_what_somebody_wants_changed(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    update_project(people["owner"], project, visibility="public")
    first = approved(built(people["developer"], project))
    publish_build(people["developer"], first, "1.0")
    write_file(people["developer"], project, "notes.txt", b"more")
    second = built(people["developer"], project, RUNE + b"2")
    publish_build(people["developer"], second, "nightly")
    give_verdict(people["reviewer"], second, "changes", "Too loud.")
    page = text_of(browser_of(None).get("/acme/kitchen"))
    assert "rune pull http://127.0.0.1:8000/acme/kitchen:1.0" in page
    assert "Changes requested" in page
    assert browser_of(None).get("/api/v1/projects/acme/kitchen/tags").json()["default"] == "1.0"
    runs = browser_of(None).get("/player/acme/kitchen/state").json()
    assert [each["tag"] for each in runs["tags"]] == ["1.0", "nightly"]


def test_the_schema_of_a_policy_is_served_to_editors(browser_of: Browser) -> None:
    answer = browser_of(None).get("/schemas/forge.json")
    assert answer.json() == policy_schema()
    assert (answer["Content-Type"], answer["Access-Control-Allow-Origin"]) == ("application/schema+json", "*")
