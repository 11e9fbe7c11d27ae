"""Minutes of training are used up when they were computed: nothing that becomes of a run gives them back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forge.learning.lab_jobs import used_time
from forge.learning.lab_jobs.models import TrainingTime
from forge.learning.lab_jobs.used_time import counted_time, minutes_used
from forge.projects.models import Project

pytestmark = pytest.mark.django_db


def used(project: Project, begun: timedelta, ended: timedelta) -> None:
    """Time that began and ended so long ago."""
    now = timezone.now()
    TrainingTime.objects.create(organisation=project.organisation, begun=now - begun, ended=now - ended)


def test_only_the_last_day_counts(project: Project) -> None:
    assert minutes_used(project.organisation) == 0
    used(project, timedelta(hours=3), timedelta(hours=2, seconds=-30))
    used(project, timedelta(hours=25), timedelta(hours=23, minutes=29))
    used(project, timedelta(hours=30), timedelta(hours=26))
    assert minutes_used(project.organisation) == 60 + 30 + 1


def test_time_counts_while_it_is_computed_and_stays_when_that_fails(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(used_time, "NOTE_SECONDS", 0.0)
    ticks: list[int] = []
    organisation = project.organisation

    def compute() -> None:
        with counted_time(organisation.pk, lambda: ticks.append(1)) as tick:
            TrainingTime.objects.update(begun=timezone.now() - timedelta(minutes=10, seconds=5))
            assert minutes_used(organisation) == 10
            before = TrainingTime.objects.get().ended
            tick()
            assert TrainingTime.objects.get().ended > before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        compute()
    assert ticks == [1]
    assert minutes_used(organisation) == 10


def test_time_that_no_longer_counts_is_deleted(project: Project) -> None:
    used(project, timedelta(hours=30), timedelta(hours=26))
    with counted_time(project.organisation.pk, lambda: None):
        pass
    assert TrainingTime.objects.count() == 1


@pytest.mark.parametrize("ahead", [timedelta(days=365), timedelta(hours=20)])
def test_a_clock_that_was_ahead_uses_up_no_minutes(project: Project, ahead: timedelta) -> None:
    used(project, timedelta(minutes=10), timedelta(minutes=5))
    used(project, timedelta(minutes=1), -ahead)  # it jumped while this ran
    used(project, -ahead, timedelta())  # and was set right while this ran
    assert minutes_used(project.organisation) == 5
    with counted_time(project.organisation.pk, lambda: None):
        pass
    assert minutes_used(project.organisation) == 5
    assert not TrainingTime.objects.filter(ended__gt=timezone.now()).exists()
