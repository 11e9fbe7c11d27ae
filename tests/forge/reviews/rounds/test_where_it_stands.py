"""A build stands at one place on every page; a later round is compared with what its reader judged, and a verdict's
comment keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.builds.models import Build
from forge.datasets.consent_terms import Purpose
from forge.datasets.models import DataVersion
from forge.datasets.samples.actions import SampleMark, mark_samples
from forge.datasets.versions.actions import save_version
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews.actions import RequestedGroup, ask_for_review, ask_in_a_new_round, give_verdict
from forge.reviews.models import Review, Verdict
from rune.assessment.evaluation.evaluation import SampleOutcome
from rune.source.policy.limits import LimitKind
from rune.source.policy.policy import Limit
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE, built
from tests.support.forge.factories.evaluations import evaluated
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
PAGE = "/acme/kitchen/reviews/1"


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def with_data(build: Build, version: DataVersion) -> Build:
    build.data_version = version
    build.save(update_fields=["data_version"])
    return build


def newer(developer: Any, project: Project, number: int) -> Build:
    write_file(developer, project, "notes.txt", str(number).encode())
    return built(developer, project, RUNE + str(number).encode())


def form_of(build: Build, round_number: int) -> dict[str, str]:
    assert build.artefact is not None
    return {"round": str(round_number), "rune": build.artefact.digest}


# -- one state


@pytest.mark.slow
def test_what_waits_for_a_second_approval_is_approved_on_no_page(
    project: Project, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk, owner.pk), 2)])
    give_verdict(reviewer, build, "approve")
    client = browser_of(developer)
    for page in (PAGE, "/acme/kitchen/reviews", "/acme/kitchen/builds", "/acme/kitchen/builds/1"):
        text = client.get(page).content.decode()
        assert ">Approved</span>" not in text, page
        assert "Waiting" in text, page
    give_verdict(owner, build, "approve")
    for page in (PAGE, "/acme/kitchen/reviews", "/acme/kitchen/builds", "/acme/kitchen/builds/1"):
        text = client.get(page).content.decode()
        assert re.search(r"Approved\s*</span>", text), page
        assert "Waiting" not in text, page


@pytest.mark.slow
def test_the_same_bytes_are_not_approved_as_another_build_while_their_review_waits(
    project: Project, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    first = built(developer, project)
    give_verdict(reviewer, first, "approve")
    write_file(developer, project, "notes.txt", b"the same rune")
    again = built(developer, project)
    ask_for_review(developer, again, "Again", reviewers=[RequestedGroup((owner.pk,))])
    text = text_of(browser_of(developer).get(PAGE))
    assert "Waiting" in text
    assert "approved as build" not in text


@pytest.mark.slow
def test_a_verdict_names_the_build_that_was_judged(
    project: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    build = built(developer, project)
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    give_verdict(reviewer, build, "changes", "Too loud.")
    second = newer(developer, project, 2)
    ask_in_a_new_round(developer, review, second)
    give_verdict(reviewer, second, "approve")
    text = text_of(browser_of(developer).get(PAGE))
    assert "Asked for changes to build 1" in text
    assert text.count("Approved build 2") == 2, "in the conversation and beside the reviewer's name"


# -- what a round is compared with


@pytest.mark.slow
def test_a_reader_compares_a_round_with_what_they_judged_last(
    project: Project, developer: Any, reviewer: Any, owner: Any, browser_of: Browser
) -> None:
    first = built(developer, project)
    review = ask_for_review(developer, first, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk, owner.pk))])
    give_verdict(reviewer, first, "changes", "Too loud.")
    for number in (2, 3):
        ask_in_a_new_round(developer, review, newer(developer, project, number))
    of_reviewer = text_of(browser_of(reviewer).get(PAGE))
    assert "What changed since build 1" in of_reviewer
    assert "Compared with the build that you judged before." in of_reviewer
    assert "What changed since build 2" in text_of(browser_of(owner).get(PAGE)), "who judged none"


@pytest.mark.slow
def test_a_build_that_its_reader_judged_and_approved_is_called_approved(
    project: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    first = built(developer, project)
    review = ask_for_review(developer, first, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    give_verdict(reviewer, first, "approve")
    ask_in_a_new_round(developer, review, newer(developer, project, 2))
    assert 'data-before-name="Approved build 1"' in browser_of(reviewer).get(PAGE).content.decode()


# -- what is no longer tested


@pytest.mark.slow
def test_labels_that_are_no_longer_tested_are_said_and_the_accuracy_is_not_simply_met(
    project: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    before = [SampleOutcome(str(label), str(label), str(label)) for label in (1, 2, 6, 9)]
    give_verdict(reviewer, evaluated(built(developer, project), before), "approve")
    write_file(developer, project, "notes.txt", b"fewer")
    build = evaluated(built(developer, project, RUNE + b"fewer"), before[:1], "sha256:" + "2" * 64)
    limit = Limit(LimitKind.ACCURACY, 0.5, None).to_json()
    figure = {"value": 1.0, "low": 0.2, "high": 1.0, "count": 1}
    judgement = {"limit": limit, "outcome": "met", "figure": figure, "reason": ""}
    Build.objects.filter(pk=build.pk).update(judgements=[judgement])
    ask_for_review(developer, build, "Fewer", reviewers=[RequestedGroup((reviewer.pk,))])
    text = text_of(browser_of(reviewer).get(PAGE))
    assert "Labels 2, 6 and 9 are no longer tested." in text
    assert "3 samples of the earlier test were withdrawn or left out." in text
    assert "Met on fewer labels" in text


@pytest.mark.slow
def test_an_accuracy_that_lost_samples_alone_is_not_simply_met(
    project: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    before = [SampleOutcome(str(number), "on", "on") for number in range(3)]
    give_verdict(reviewer, evaluated(built(developer, project), before), "approve")
    write_file(developer, project, "notes.txt", b"fewer")
    build = evaluated(built(developer, project, RUNE + b"fewer"), before[:2], "sha256:" + "2" * 64)
    limit = Limit(LimitKind.ACCURACY, 0.5, None).to_json()
    figure = {"value": 1.0, "low": 0.2, "high": 1.0, "count": 2}
    Build.objects.filter(pk=build.pk).update(
        judgements=[{"limit": limit, "outcome": "met", "figure": figure, "reason": ""}]
    )
    ask_for_review(developer, build, "Fewer", reviewers=[RequestedGroup((reviewer.pk,))])
    for page in (PAGE, "/acme/kitchen/builds/2"):
        text = text_of(browser_of(reviewer).get(page))
        assert "Met on fewer samples" in text
        assert "1 sample of the earlier test was withdrawn or left out." in text


@pytest.mark.slow
def test_a_review_says_that_the_tests_changed_since_the_approved_build(
    project: Project, developer: Any, owner: Any, reviewer: Any, browser_of: Browser
) -> None:
    consent = consent_of(developer, project, purposes=frozenset({Purpose.TESTS}))
    sample_of(consent, developer, label="knock")
    sample_of(consent, developer, label="glass")
    first = with_data(built(developer, project), save_version(developer, project, revision=2))
    give_verdict(reviewer, first, "approve")
    mark_samples(owner, project, [SampleMark(2, label="knock")], revision=3)
    write_file(developer, project, "notes.txt", b"other tests")
    second = with_data(built(developer, project, RUNE + b"2"), save_version(developer, project, revision=4))
    ask_for_review(developer, second, "Other tests", reviewers=[RequestedGroup((reviewer.pk,))])
    text = text_of(browser_of(reviewer).get(PAGE))
    assert "Tested on version 2 of the data; build 1 on version 1." in text
    assert "Of its test samples: label glass no longer tested and 1 label corrected." in text
    assert not re.search(r"\bMet Accuracy\b", text)


# -- the place of a verdict's comment


@pytest.fixture
def review(project: Project, developer: Any, reviewer: Any) -> Review:
    return ask_for_review(
        developer, built(developer, project), "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))]
    )


@pytest.mark.slow
def test_a_comment_about_a_place_keeps_it_when_it_is_sent_with_a_verdict(
    review: Review, reviewer: Any, developer: Any, browser_of: Browser
) -> None:
    build = review.rounds.get().build
    form = form_of(build, 1) | {"verdict": "changes", "text": "Why so large?", "about": "figure:size"}
    client = browser_of(reviewer)
    assert client.post(f"{PAGE}/respond", form).status_code == 302
    verdict = Verdict.objects.get()
    page = compact(browser_of(developer).get(f"{PAGE}/conversation").content.decode())
    assert '<a href="#at-figure:size">' in page
    row = client.get(f"/api/v1/builds/{build.pk}/reviews").json()["reviews"][0]
    assert (row["anchor"]["kind"], row["anchor"]["name"]) == ("figure", "size")
    assert client.post(f"{PAGE}/respond", form | {"about": "stage:nowhere"}).status_code == 400
    assert Verdict.objects.get() == verdict


def test_the_api_takes_the_place_of_a_verdicts_comment(review: Review, reviewer: Any, browser_of: Browser) -> None:
    build = review.rounds.get().build
    client, path = browser_of(reviewer), f"/api/v1/builds/{build.pk}/reviews"
    body = {"verdict": "changes", "comment": "Why so large?", "anchor": {"kind": "figure", "name": "size"}}
    headers = {"if-match": client.get(path).headers["ETag"]}
    answer = client.post(path, body, content_type="application/json", headers=headers)
    assert answer.status_code == 201
    assert answer.json()["anchor"]["name"] == "size"
