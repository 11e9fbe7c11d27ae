"""The activity says once how a training run, a search or a conversion ended, however often its state changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from forge.accounts.models import User
from forge.accounts.principals import VISITOR
from forge.activity.access import activity_of, complete
from forge.activity.rows import activity_rows
from forge.jobs.models import Job, JobState
from forge.learning.conversions.actions import begin_conversion, discard_conversion
from forge.learning.conversions.running.job import follow_job as follow_conversion
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.searches.job import follow_job as follow_search
from forge.learning.searches.kinds import SEARCH_KIND
from forge.learning.training.actions import discard_run, stop_run
from forge.learning.training.actions.using import use_model
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.job import follow_job as follow_run
from forge.projects.models import Project
from tests.support.forge.factories.searches import motion_search
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]


def sentences(person: User) -> list[str]:
    """Returns the entries of learning that somebody reads, the newest first."""
    rows = activity_rows(VISITOR, complete(activity_of(person)))
    lines = [" ".join(filter(None, (row.sentence.verb, row.sentence.thing, row.sentence.rest))) for row in rows]
    return [line for line in lines if any(word in line for word in ("model", "training", "conversion", "search"))]


def end(job: Any, state: JobState, follow: Callable[[Any], None], error: str = "") -> None:
    """Lets what a job is for follow it to its end."""
    job.state = JobState.RUNNING
    follow(job)
    Job.objects.filter(pk=job.pk).update(state=state, error=error, finished=timezone.now(), result={"reason": "done"})
    job.refresh_from_db()
    follow(job)


def test_a_run_is_told_of_once_when_it_is_finished(project: Project, user: User) -> None:
    motion_version(user, project)
    run = motion_run(user, project)
    assert sentences(user) == [], "a run that only began is no trained model"
    TrainingRun.objects.filter(pk=run.pk).update(state=LabJobState.RUNNING)
    stop_run(user, run)
    run.refresh_from_db()
    finish_run(run)
    TrainingRun.objects.filter(pk=run.pk).update(state=LabJobState.RUNNING)
    end(run.job, JobState.SUCCEEDED, follow_run)
    run.refresh_from_db()
    assert run.state == LabJobState.FINISHED
    use_model(user, run)
    assert sentences(user)[-1:] == ["trained a model for kitchen"]
    discard_run(user, run)
    assert sentences(user).count("trained a model for kitchen") == 1
    assert not any("twice" in each for each in sentences(user))
    second = motion_run(user, project)
    end(second.job, JobState.SUCCEEDED, follow_run)
    assert "trained a model for kitchen twice" in sentences(user)


def test_a_run_that_failed_trained_no_model(project: Project, user: User) -> None:
    motion_version(user, project)
    run = motion_run(user, project)
    end(run.job, JobState.FAILED, follow_run, "The loss is not a number.")
    assert sentences(user) == ["began a training run for kitchen · it failed"]


def test_a_cancelled_run_is_nothing_that_somebody_did(project: Project, user: User) -> None:
    motion_version(user, project)
    end(motion_run(user, project).job, JobState.CANCELLED, follow_run)
    assert sentences(user) == []


def test_a_conversion_that_failed_converted_no_model(project: Project, user: User) -> None:
    row = begin_conversion(user, project, "motion.keras", [b"source"])
    assert sentences(user) == []
    end(row.job, JobState.FAILED, follow_conversion, "It is no model.")
    assert sentences(user) == ["began a conversion for kitchen · it failed"]
    row.refresh_from_db()
    discard_conversion(user, row)
    assert sentences(user) == ["began a conversion for kitchen · it failed"]


def test_a_search_is_told_of_once(project: Project, user: User) -> None:
    motion_version(user, project)
    motion_search(user, project)
    assert sentences(user) == []
    end(Job.objects.get(kind=SEARCH_KIND), JobState.SUCCEEDED, follow_search)
    assert sentences(user) == ["searched for a model for kitchen"]
