"""Training runs, searches and conversions are lab jobs: deleting one ends its jobs, and its state follows from them."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.jobs.models import Job, JobState
from forge.learning.conversions.actions import begin_conversion, discard_conversion
from forge.learning.lab_jobs.executing import state_after
from forge.learning.lab_jobs.models import NEEDS_ENVIRONMENT
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.searches.actions import discard_search
from forge.learning.training.actions import discard_run
from forge.learning.training.models import TrainingRun
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.forge.factories.searches import motion_search
from tests.support.forge.factories.training import motion_run, motion_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_wakes")]


def test_jobs_that_are_kept_as_long_as_a_run_or_a_search_go_with_it(user: User, project: Project) -> None:
    motion_version(user, project)
    run, search = motion_run(user, project), motion_search(user, project, workers=2)
    assert Job.objects.count() == 3
    discard_search(user, search)
    assert list(Job.objects.all()) == [run.job]
    discard_run(user, run)
    assert not Job.objects.exists()


def test_each_job_of_a_deleted_conversion_is_cancelled_and_kept_for_its_time(user: User, project: Project) -> None:
    discard_conversion(user, begin_conversion(user, project, "net.keras", [b"bytes"]))
    assert Job.objects.get().state == JobState.CANCELLED


@each_case(
    ("job", "reason", "state"),
    [
        (Job(state=JobState.QUEUED), "", LabJobState.WAITING),
        (Job(state=JobState.QUEUED, paused=True), "", LabJobState.PAUSED),
        (Job(state=JobState.RUNNING), "", LabJobState.RUNNING),
        (Job(state=JobState.SUCCEEDED), "", LabJobState.FINISHED),
        (Job(state=JobState.CANCELLED), f"{NEEDS_ENVIRONMENT} tensorflow", LabJobState.CANCELLED),
        (Job(state=JobState.FAILED), "", LabJobState.FAILED),
        (Job(state=JobState.LOST), f"{NEEDS_ENVIRONMENT} tensorflow", LabJobState.NEEDS),
    ],
)
def test_the_state_of_a_row_with_one_job_follows_from_it(job: Job, reason: str, state: LabJobState) -> None:
    assert state_after(job, TrainingRun(reason=reason)) == state
