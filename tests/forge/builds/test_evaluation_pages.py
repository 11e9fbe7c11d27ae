"""The pages of builds and reviews say how often a build is right, beside the earlier one, and how to get there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.builds.evaluations.outcomes import summary_of
from forge.builds.models import Build
from forge.builds.pages.evaluation import WIDEST, moved_samples
from forge.builds.pages.rune_quality import quality_of
from forge.datasets.models import Sample
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.models import Project
from forge.reviews.actions import RequestedGroup, ask_for_review
from rune.assessment.evaluation.evaluation import SampleOutcome
from tests.support.forge.factories.builds import RUNE, built
from tests.support.forge.factories.deployments import built_with
from tests.support.forge.factories.evaluations import SET, evaluated
from tests.support.forge.factories.samples import withdraw_sample

pytestmark = pytest.mark.django_db


def a_sample(person: Any, project: Project, row: bytes, label: str) -> Sample:
    return send_sample(person, project, [row], label=label, days=90, consent=recording_terms(project).text)


def page(client: Client, build: Build) -> str:
    return " ".join(client.get(f"/acme/kitchen/builds/{build.number}/accuracy").content.decode().split())


@pytest.mark.slow
def test_a_build_without_test_samples_says_how_to_get_there(client: Client, project: Project, developer: Any) -> None:
    text = page(client, built(developer, project))
    assert "This build read no test samples. The test split was not read." in text
    assert "import a folder for each label, a table (CSV) or a .zip" in text


@pytest.mark.slow
def test_a_build_shows_its_accuracy_with_what_so_few_samples_tell(
    client: Client, project: Project, developer: Any
) -> None:
    text = page(
        client,
        evaluated(built(developer, project), [SampleOutcome("a", "yes", "yes"), SampleOutcome("b", "no", "yes")]),
    )
    assert "Right on 1 of 2 test recordings, 9 to 91 % (95 % interval)." in text
    assert "Few samples" in text
    assert "classified as yes" in text


@pytest.mark.slow
def test_two_builds_are_compared_sample_by_sample(client: Client, project: Project, developer: Any) -> None:
    before = [SampleOutcome(str(number), "yes", "no" if number < 8 else "yes") for number in range(20)]
    after = [SampleOutcome(str(number), "yes", "yes") for number in range(20)]
    evaluated(built(developer, project), before)
    second = evaluated(built(developer, project, RUNE + b"2"), after, SET[:-1] + "6")
    text = page(client, second)
    assert "Of 20 samples that both builds were run on, 8 became right and 0 became wrong." in text
    assert "Better" in text


@pytest.mark.slow
def test_a_change_that_chance_gives_is_not_said_to_be_none(client: Client, project: Project, developer: Any) -> None:
    evaluated(built(developer, project), [SampleOutcome("a", "yes", "no"), SampleOutcome("b", "yes", "no")])
    second = evaluated(
        built(developer, project, RUNE + b"2"),
        [SampleOutcome("a", "yes", "yes"), SampleOutcome("b", "yes", "no")],
        SET[:-1] + "6",
    )
    text = page(client, second)
    assert "no better than chance" in text
    assert "Too few samples to tell" in text
    assert "No difference" not in text


@pytest.mark.slow
def test_the_worst_samples_are_there_to_play_until_they_are_withdrawn(
    client: Client, project: Project, developer: Any
) -> None:
    sample = a_sample(developer, project, b"1,2,3\n", "no")
    build = evaluated(built(developer, project), [SampleOutcome(sample.digest, "no", "yes", -0.9)])
    text = page(client, build)
    assert f"/api/v1/samples/{sample.pk}/recording" in text
    assert "margin -0.90" in text
    withdraw_sample(developer, sample.pk)
    text = page(client, build)
    assert str(sample.pk) not in text
    assert "margin -0.90" not in text
    assert "1 sample was deleted since" in text


@pytest.mark.slow
def test_a_build_that_failed_on_its_only_recording_shows_the_lost_events(
    client: Client, project: Project, developer: Any
) -> None:
    outcome = SampleOutcome("a", "yes", None, failure="trap", events=3, seconds=9, is_marked=True)
    build = evaluated(built(developer, project), [outcome])
    assert "In 1 recording: 0 of 3 events hit, 0 false alarms." in page(client, build)
    build.refresh_from_db()
    assert build.evaluation is not None
    assert build.evaluation["false_alarms_an_hour"] is None
    quality = quality_of(build)
    assert quality is not None
    assert (quality.cells, quality.sentences[0]) == ((), "In 1 recording: 0 of 3 events hit, 0 false alarms.")


@pytest.mark.slow
def test_a_rune_that_could_not_be_evaluated_says_why(client: Client, project: Project, developer: Any) -> None:
    build = built(developer, project)
    summary = {"samples": 3, "reason": "samples are given to one input"}
    Build.objects.filter(pk=build.pk).update(samples=SET, evaluation=summary_of(summary))
    assert "Not evaluated: samples are given to one input." in page(client, build)


@pytest.mark.slow
def test_labels_of_a_sample_are_escaped(client: Client, project: Project, developer: Any) -> None:
    text = page(client, evaluated(built(developer, project), [SampleOutcome("a", "<b>x</b>", "yes")]))
    assert "<b>x</b>" not in text
    assert "&lt;b&gt;x" in text


@pytest.mark.slow
def test_the_page_of_a_review_shows_the_same(client: Client, project: Project, developer: Any, owner: User) -> None:
    build = evaluated(built(developer, project), [SampleOutcome("a", "yes", "yes")])
    review = ask_for_review(developer, build, "Is it good?", reviewers=[RequestedGroup((owner.pk,))])
    assert "1 of 1 sample right" in client.get(review.get_absolute_url()).content.decode()


def test_only_labels_and_answers_of_samples_that_moved_are_shown() -> None:
    table = moved_samples({("yes", "yes"): 2, ("yes", None): -1, ("yes", "no"): -1, ("up", "no"): 1})
    assert table is not None
    assert table.answers == ("no", "yes", "no answer")
    up, yes = table.rows
    assert [cell.text for cell in up[1]] == ["+1", "", ""]
    assert [cell.text for cell in yes[1]] == ["−1", "+2", "−1"]
    assert [cell.mood for cell in up[1]] == ["worse", "", ""]
    assert [cell.mood for cell in yes[1]] == ["good", "good", "good"]


def test_without_moves_and_for_more_labels_than_a_page_has_room_for_nothing_is_shown() -> None:
    assert moved_samples({}) is None
    assert moved_samples({(str(place), "no"): 1 for place in range(WIDEST + 1)}) is None


@pytest.mark.slow
def test_the_page_shows_what_moved_since_the_build_before(client: Client, project: Project, developer: Any) -> None:
    evaluated(built(developer, project), [SampleOutcome("a", "yes", "no"), SampleOutcome("b", "no", "no")])
    text = page(
        client,
        evaluated(
            built_with(developer, project, RUNE + b"other"),
            [SampleOutcome("a", "yes", "yes"), SampleOutcome("b", "no", "no")],
        ),
    )
    assert "What moved since build 1" in text
    assert '<td class="worse"></td>' not in text
    assert '<td class="good">−1</td><td class="good">+1</td>' in text
