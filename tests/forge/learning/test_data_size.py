"""A version of the data with more than a run learns from is refused before a job is queued or a file is written."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.datasets.models import DataVersion, Sample
from forge.datasets.removals.actions import delete_sample
from forge.jobs.models import Job
from forge.learning.searches.models import ModelSearch
from forge.learning.training.models import TrainingRun
from forge.projects.models import Project
from rune.datasets import training_limits
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.training import SMALL, motion_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]

PROJECT = "/api/v1/projects/acme/kitchen"
RUN = {"recipe": "motion", "arguments": SMALL}


def learned() -> Any:
    """The samples that a run gets: all but those of the test split."""
    return Sample.objects.exclude(split="test")


def begin(client: Client, path: str = "training") -> Any:
    return client.post(f"{PROJECT}/{path}", RUN, content_type="application/json")


def require_refused(answer: Any, detail: str) -> None:
    assert (answer.status_code, answer.json()["title"]) == (409, "The data is too large to train on")
    assert answer.json()["detail"] == f"{detail} {training_limits.ADVICE}"
    assert not TrainingRun.objects.exists()
    assert not ModelSearch.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("path", ["training", "searches"])
def test_a_version_of_too_many_samples_is_refused_before_the_job(
    path: str, client: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    motion_version(user, project)
    count = learned().count()
    monkeypatch.setattr(training_limits, "MAX_RECORDINGS", count - 1)
    text = f"Version 1 has {count} samples to learn from, and a run takes at most {count - 1}."
    require_refused(begin(client, path), text)


@pytest.mark.parametrize("path", ["training", "searches"])
def test_a_version_of_too_many_bytes_is_refused_before_the_job(
    path: str, client: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    motion_version(user, project)
    sizes = list(learned().values_list("size", flat=True))
    monkeypatch.setattr(training_limits, "MAX_BYTES", sum(sizes) - 1)
    text = f"{sum(sizes) / 1000:.1f} kB"
    require_refused(
        begin(client, path), f"Version 1 has {text} of samples to learn from, and a run takes at most {text}."
    )


def test_the_page_says_what_to_do(
    client: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    motion_version(user, project)
    monkeypatch.setattr(training_limits, "MAX_RECORDINGS", learned().count() - 1)
    answer = client.post("/acme/kitchen/training/begin", {"recipe": "motion"}, follow=True)
    assert training_limits.ADVICE in compact(answer.content.decode())


def test_samples_that_may_not_be_learned_from_do_not_count(
    client: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = motion_version(user, project, takes=2)
    monkeypatch.setattr(training_limits, "MAX_RECORDINGS", learned().count() - 1)
    delete_sample(user, learned().filter(data_set=version.data_set_id)[0])
    assert DataVersion.objects.get(pk=version.pk).figures["samples"] == 18
    assert begin(client).status_code == 201


def test_as_many_samples_as_a_run_takes_are_trained_on(
    client: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    motion_version(user, project)
    monkeypatch.setattr(training_limits, "MAX_RECORDINGS", learned().count())
    monkeypatch.setattr(training_limits, "MAX_BYTES", sum(learned().values_list("size", flat=True)))
    assert begin(client).status_code == 201
