"""Marking a result as wrong: the recording becomes a labelled sample, under its person's consent and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from forge.compute.pool.recordings import recording_readers
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry
from forge.datasets.errors import ConsentDiffers, ContentRefused
from forge.datasets.models import Sample
from forge.datasets.recordings.access import recording_terms
from forge.projects.models import Project
from forge.reviews.actions import RequestedGroup, ask_for_review, mark_wrong
from forge.reviews.threads.actions.wrong_results import WrongResult
from forge.reviews.threads.conversation import anchor_of, find_thread, threads_on_build
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.samples import withdraw_sample

pytestmark = pytest.mark.django_db

MOTION = b"1,2,3\n4,5,6\n"


def wrong(project: Project, answer: str = "up", right: str = "down", **more: Any) -> WrongResult:
    return WrongResult(answer, right, 90, **{"consent": recording_terms(project).text} | more)


@pytest.mark.slow
def test_the_recording_of_a_wrong_result_becomes_a_sample_that_a_thread_is_about(
    project: Any, developer: Any, reviewer: Any
) -> None:
    build = built(developer, project)
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    thread = find_thread(developer, mark_wrong(reviewer, review, [MOTION], wrong(project)).pk)
    sample = Sample.objects.get(data_set__project=project)
    assert (sample.label, sample.consent.person, sample.consent.text) == (
        "down",
        reviewer,
        recording_terms(project).text,
    )
    anchor = anchor_of(thread)
    assert (anchor.sample, anchor.detail) == (sample.pk, "It said up; right is down")
    assert [comment.text for comment in thread.thread.comments.all()] == [
        "This was wrong: it said `up`, right is `down`."
    ]
    assert AuditEntry.objects.filter(action="review.wrong", subject=build.subject).count() == 1
    # The report stays readable without the recording.
    withdraw_sample(reviewer, sample.pk)
    assert anchor_of(find_thread(developer, thread.pk)).detail == "It said up; right is down"


@pytest.mark.slow
def test_a_recording_that_the_project_has_is_not_given_twice(project: Any, developer: Any, reviewer: Any) -> None:
    build = built(developer, project)
    mark_wrong(reviewer, build, [MOTION], wrong(project, text="Again, slower."))
    mark_wrong(developer, build, [MOTION], wrong(project, answer="", right="left"))
    assert Sample.objects.filter(data_set__project=project).count() == 1
    assert [anchor_of(each).detail for each in threads_on_build(developer, build)] == [
        "It said up; right is down",
        "It said nothing; right is left",
    ]


@pytest.mark.protects("recordings/wrong-results")
def test_without_consent_to_what_holds_now_nothing_is_kept(project: Any, developer: Any, reviewer: Any) -> None:
    build = built(developer, project)
    for attempt, refusal in (
        (wrong(project, consent="yes"), ConsentDiffers),
        (wrong(project, right=""), Invalid),
        (wrong(project, answer="x" * 61), Invalid),
        (wrong(project, text="x" * 20_001), Invalid),
    ):
        with pytest.raises(refusal):
            mark_wrong(reviewer, build, [MOTION], attempt)
    with pytest.raises(ContentRefused):
        mark_wrong(reviewer, build, [b"no recording"], wrong(project))
    assert not Sample.objects.filter(data_set__project=project)
    assert threads_on_build(reviewer, build) == []


def test_a_recording_comes_and_is_read_before_the_transaction_begins(
    project: Any, developer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite lets nobody else write while a transaction is open."""
    outside = len(connection.savepoint_ids)
    depths: list[int] = []
    read = recording_readers.read

    def noted(*args: Any) -> dict[str, Any]:
        depths.append(len(connection.savepoint_ids))
        return read(*args)

    def chunks() -> Iterator[bytes]:
        depths.append(len(connection.savepoint_ids))
        yield MOTION

    monkeypatch.setattr(recording_readers, "read", noted)
    mark_wrong(developer, built(developer, project), chunks(), wrong(project))
    assert depths == [outside, outside]


def test_a_stranger_marks_nothing(project: Any, developer: Any, stranger: Any) -> None:
    with pytest.raises((Forbidden, NotFound)):
        mark_wrong(stranger, built(developer, project), [MOTION], wrong(project))


def test_what_a_build_said_is_no_markup(project: Any, developer: Any) -> None:
    build = built(developer, project)
    thread = mark_wrong(developer, build, [MOTION], wrong(project, answer="`![x](y)`"))
    assert thread.thread.comments.get().text == "This was wrong: it said ` ![x](y) `, right is `down`."
