"""A verdict holds for what was on the screen, and an approval is a person's: from the pages and the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from forge.accounts.actions import create_token
from forge.builds.models import Build
from forge.projects.actions import write_file
from forge.registry.tags.errors import GateClosed, TagInUse
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, ask_in_a_new_round, give_verdict
from forge.reviews.models import Review, Verdict
from rune.source.policy.read import read_policy
from tests.support.forge.factories.builds import RUNE, approved, built

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
PAGE = "/acme/kitchen/reviews/1"


@pytest.fixture
def review(project: Any, developer: Any, reviewer: Any) -> Review:
    build = built(developer, project)
    return ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])


def begin_round_two(review: Review, developer: Any) -> Build:
    write_file(developer, review.project, "notes.txt", b"worse")
    build = built(developer, review.project, RUNE + b"worse")
    ask_in_a_new_round(developer, review, build)
    return build


def form_of(build: Build, round_number: int) -> dict[str, str]:
    """The fields that the page's form sends with a verdict."""
    assert build.artefact is not None
    return {"verdict": "approve", "text": "Good", "round": str(round_number), "rune": build.artefact.digest}


@pytest.mark.slow
@pytest.mark.protects("reviews/unseen-build")
def test_a_verdict_on_a_page_that_shows_an_earlier_round_is_refused_and_says_so(
    review: Review, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    client = browser_of(reviewer)
    build = review.rounds.get().build
    form = form_of(build, 1)
    assert f'name="rune" value="{form["rune"]}"' in client.get(PAGE).content.decode()
    newer = begin_round_two(review, developer)

    response = client.post(f"{PAGE}/respond", form)
    assert response.status_code == 412
    page = response.content.decode()
    assert f"Round 2 began with build {newer.number}: see what changed" in page
    assert ">Good</textarea>" in page, "what was written is still there"
    assert not Verdict.objects.exists()
    assert client.post(f"{PAGE}/respond", form | form_of(newer, 2)).status_code == 302
    assert Verdict.objects.get().build == newer


@pytest.mark.slow
@pytest.mark.protects("reviews/unseen-build")
@pytest.mark.parametrize("left_out", ["round", "rune"])
def test_a_verdict_that_does_not_name_its_round_and_bytes_is_refused(
    left_out: str, review: Review, reviewer: Any, browser_of: Browser
) -> None:
    form = form_of(review.rounds.get().build, 1)
    del form[left_out]
    assert browser_of(reviewer).post(f"{PAGE}/respond", form).status_code in (400, 412)
    assert not Verdict.objects.exists()


@pytest.mark.slow
def test_the_open_page_hears_of_the_newer_round(
    review: Review, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    newer = begin_round_two(review, developer)
    conversation = browser_of(reviewer).get(f"{PAGE}/conversation").content.decode()
    assert 'data-newest-round="2"' in conversation
    assert f"Round 2 began with build {newer.number}." in conversation


@pytest.mark.slow
@pytest.mark.protects("reviews/unseen-build")
def test_the_api_takes_a_verdict_on_the_bytes_that_were_read_alone(
    project: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    assert build.artefact is not None
    client, path = browser_of(reviewer), f"/api/v1/builds/{build.pk}/reviews"
    etag = client.get(path).headers["ETag"]
    assert etag == f'"{build.artefact.digest}"'

    def post(**headers: str) -> int:
        body = {"verdict": "approve"}
        return client.post(path, body, content_type="application/json", headers=headers).status_code

    assert post() == 428
    assert post(if_match='"sha256:' + "0" * 64 + '"') == 412
    assert not Verdict.objects.exists()
    assert post(if_match=etag) == 201


@pytest.mark.protects("reviews/approval-by-token")
def test_a_token_asks_for_changes_and_does_not_approve(project: Any, developer: Any, reviewer: Any) -> None:
    build = built(developer, project)
    assert build.artefact is not None
    _, secret = create_token(reviewer, "bot", ["project:read", "review:write"], None)
    headers = {"authorization": f"Bearer {secret}", "if-match": f'"{build.artefact.digest}"'}
    path = f"/api/v1/builds/{build.pk}/reviews"

    def post(**body: str) -> int:
        return Client(headers=headers).post(path, body, content_type="application/json").status_code

    assert post(verdict="approve") == 403
    assert not Verdict.objects.exists()
    assert post(verdict="changes", comment="Too loud") == 201


@pytest.mark.slow
@pytest.mark.protects("reviews/unconfirmed-address")
def test_an_approval_counts_for_an_address_that_its_person_has_confirmed(
    project: Any, developer: Any, reviewer: Any
) -> None:
    rules = f"groups:\n  chiefs: [{reviewer.email}]\napprovals:\n  from: [chiefs]\n"
    policy = read_policy(rules).policy
    assert policy is not None
    write_file(developer, project, "forge.yml", rules.encode())
    build = built(developer, project, policy=policy.to_json())
    give_verdict(reviewer, build, "approve")
    EmailAddress.objects.filter(user=reviewer).delete()
    with pytest.raises(GateClosed, match="no member has confirmed that address"):
        publish_build(developer, build, "1.0")
    EmailAddress.objects.create(user=reviewer, email=reviewer.email, verified=False)
    with pytest.raises(GateClosed):
        publish_build(developer, build, "1.0")
    EmailAddress.objects.filter(user=reviewer).update(verified=True)
    assert publish_build(developer, build, "1.0").name == "1.0"


VERSIONS = ["1.0", "V1.0", "v1.0", "1.O", "l.0", "vI", "vO", "vl", "l", "O", "1--0"]
LATEST = ["latest", "Latest", "LATEST", "1atest", "latest.", "latest-"]
PAIRS = [("v1.0", "V1.0"), ("latest", "Latest"), ("1.0", "1.O"), ("rc1", "rcl"), ("latest", "latest.")]


@pytest.mark.slow
@pytest.mark.protects("reviews/look-alike-tags")
@pytest.mark.parametrize("tag", [*VERSIONS, *LATEST])
def test_no_spelling_of_a_protected_tag_goes_past_the_gate(tag: str, project: Any, developer: Any, owner: Any) -> None:
    with pytest.raises(GateClosed):
        publish_build(developer, built(developer, project), tag)


@pytest.mark.slow
@pytest.mark.protects("reviews/look-alike-tags")
@pytest.mark.parametrize(
    ("first_tag", "tag"),
    [("v1.0", "V1.0"), ("latest", "Latest"), ("1.0", "1.O"), ("rc1", "rcl"), ("latest", "latest.")],
)
def test_a_tag_that_looks_like_a_published_one_is_refused(
    first_tag: str, tag: str, project: Any, developer: Any, owner: Any
) -> None:
    first = approved(built(developer, project))
    publish_build(developer, first, first_tag)
    write_file(developer, project, "notes.txt", b"another")
    second = approved(built(developer, project, RUNE + b"another"))
    with pytest.raises(TagInUse, match=f"{tag} looks like {first_tag}"):
        publish_build(developer, second, tag)
