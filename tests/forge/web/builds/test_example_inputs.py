"""Example inputs on the pages of builds, reviews and published runes: a project's own, for whom its files are."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.builds.example_inputs import MOST, examples_for_others
from forge.builds.sample_inputs import inputs_for_reader
from forge.datasets.models import Consent, Sample
from forge.datasets.models.samples import SampleSplit
from forge.projects.actions import update_project, write_file
from forge.registry.models import Tag
from forge.registry.tags.publishing.actions import publish_build
from forge.registry.tags.pulling.examples import examples_of_tag
from forge.reviews.actions import RequestedGroup, ask_for_review, invite_guest
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
SOUND = b"RIFF a knock"
FILES = {
    "knock.wav": SOUND,
    "examples/glass & co.WAV": b"RIFF glass",
    "examples/deep/no.wav": b"RIFF deep",
    "samples/yes/0.wav": b"RIFF a person's",
    "notes.txt": b"no recording",
}
GLASS = "/examples/examples/glass%20%26%20co.WAV"
KNOCK = "/examples/knock.wav"


@pytest.fixture
def build(project: Any, people: dict[str, Any]) -> Any:
    for path, content in FILES.items():
        write_file(people["developer"], project, path, content)
    build = built(people["developer"], project)
    publish_build(people["developer"], approved(build), "1.0")
    return build


def examples_on(page: Any) -> list[dict[str, str]]:
    """The examples that the page passes to the player."""
    _, mark, rest = page.content.decode().partition('data-examples="')
    rows: list[dict[str, str]] = json.loads(html.unescape(rest.partition('"')[0])) if mark else []
    return rows


@pytest.mark.slow
def test_a_member_is_offered_the_recordings_of_what_was_built(
    build: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    browser = browser_of(people["viewer"])
    for page in ("/acme/kitchen/builds/1", "/acme/kitchen", "/acme/kitchen/published"):
        rows = examples_on(browser.get(page))
        assert [row["path"] for row in rows] == ["examples/glass & co.WAV", "knock.wav"]
        for row in rows:
            answer: Any = browser.get(row["url"])
            assert answer.status_code == 200
            assert answer["Content-Security-Policy"].endswith("sandbox")
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert content == FILES[row["path"]]


@pytest.mark.slow
def test_whoever_may_run_the_published_rune_may_have_its_examples(
    project: Any, build: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    address = "/api/v1/projects/acme/kitchen/tags/1.0"
    for visibility, readers in (("private", ()), ("internal", ("stranger",)), ("public", ("stranger", "visitor"))):
        update_project(people["owner"], project, visibility=visibility)
        for name, person in (("stranger", people["stranger"]), ("visitor", None)):
            browser, may = browser_of(person), name in readers
            statuses = {browser.get(f"{address}{path}").status_code for path in ("/rune", "/examples", GLASS)}
            assert browser.get(f"{address}{KNOCK}").status_code in (401, 404), "it is not meant for others"
            assert (statuses == {200}) is may, (visibility, name, statuses)
            if may:
                assert len(examples_on(browser.get("/acme/kitchen"))) == 1
                answer = browser.get(f"{address}/examples").json()
                assert answer == {"examples": [{"path": "examples/glass & co.WAV"}]}
                rows = examples_on(browser.get("/player/acme/kitchen/embed?tag=1.0"))
                assert len(rows) == (1 if visibility == "public" else 0)
    update_project(people["owner"], project, shares_files=True)
    assert len(browser_of(None).get(f"{address}/examples").json()["examples"]) == 2
    assert browser_of(None).get(f"{address}{KNOCK}").status_code == 200


@pytest.mark.slow
@pytest.mark.protects("reviews/guest-examples")
def test_a_guest_of_a_review_has_those_of_the_build_that_is_judged(
    project: Any, build: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    groups = [RequestedGroup((people["reviewer"].pk,))]
    review = ask_for_review(people["developer"], built(people["developer"], project), "Is it right?", reviewers=groups)
    _, address = invite_guest(people["developer"], review, "Vera")
    guest = browser_of(None)
    guest.post(f"/try/reviews/{review.pk}", {"token": address.partition("#token=")[2]})
    rows = examples_on(guest.get(f"/try/reviews/{review.pk}"))
    assert [row["path"] for row in rows] == ["examples/glass & co.WAV"]
    for row in rows:
        answer: Any = guest.get(row["url"])
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert content == FILES[row["path"]]
        assert browser_of(None).get(row["url"]).status_code == 404
    for path in ("knock.wav", "notes.txt", "Runefile.yml", "samples/yes/0.wav"):
        assert guest.get(f"/try/reviews/{review.pk}/examples/{path}").status_code == 404


@pytest.mark.slow
@pytest.mark.protects("roles/drafts-of-public-projects")
def test_nothing_but_an_example_of_the_published_version_is_there(
    project: Any, build: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    update_project(people["owner"], project, visibility="public", shares_files=True)
    write_file(people["developer"], project, "draft.wav", b"RIFF later")
    browser = browser_of(None)
    for path in ("samples/yes/0.wav", "examples/deep/no.wav", "notes.txt", "Runefile.yml", "draft.wav", "../x.wav"):
        assert browser.get(f"/api/v1/projects/acme/kitchen/tags/1.0/examples/{path}").status_code == 404


@pytest.mark.slow
def test_the_first_few_are_offered(project: Any, developer: Any, browser_of: Browser) -> None:
    for number in range(MOST + 2):
        write_file(developer, project, f"{number}.wav", b"RIFF %d" % number)
    built(developer, project)
    rows = examples_on(browser_of(developer).get("/acme/kitchen/builds/1"))
    assert [row["path"] for row in rows] == [f"{number}.wav" for number in range(MOST)]


def test_a_page_of_a_build_without_recordings_says_nothing_of_examples(
    project: Any, developer: Any, browser_of: Browser
) -> None:
    built(developer, project)
    assert "data-examples" not in browser_of(developer).get("/acme/kitchen/builds/1").content.decode()


def test_a_project_without_example_files_offers_samples_that_the_person_may_play(
    project: Any, people: dict[str, Any]
) -> None:
    developer = people["developer"]
    build = built(developer, project)
    consent = consent_of(developer, project)
    splits = {"knock": SampleSplit.TRAIN, "glass": SampleSplit.VALIDATION, "bell": SampleSplit.TEST}
    for label, split in splits.items():
        Sample.objects.filter(pk=sample_of(consent, developer, label=label).pk).update(split=split)
    Sample.objects.filter(pk=sample_of(consent, developer, label="").pk).update(split=SampleSplit.TRAIN)
    rows = json.loads(inputs_for_reader(people["viewer"], build))
    # None of the split test, which builds are measured on, and none without a label.
    assert sorted(row["sample"]["label"] for row in rows) == ["glass", "knock"]
    assert {row["sample"]["kind"] for row in rows} == {"sound"}
    assert all(row["sample"]["page"] == f"/acme/kitchen/data/samples/{row['path'].split()[-1]}" for row in rows)
    assert examples_for_others(build) == {}


@pytest.mark.protects("recordings/sample-inputs")
def test_who_may_not_play_samples_is_offered_none_and_guests_and_the_public_never_are(
    project: Any, people: dict[str, Any], browser_of: Browser
) -> None:
    developer = people["developer"]
    build = approved(built(developer, project))
    publish_build(developer, build, "1.0")
    sample = sample_of(consent_of(developer, project), developer, label="knock")
    Consent.objects.filter(pk=sample.consent_id).update(is_restricted=True)
    assert examples_on(browser_of(people["viewer"]).get("/acme/kitchen/published")) == []
    Consent.objects.filter(pk=sample.consent_id).update(is_restricted=False)
    assert len(examples_on(browser_of(people["viewer"]).get("/acme/kitchen/published"))) == 1
    assert examples_of_tag(project, Tag.objects.get(name="1.0")) == ""
