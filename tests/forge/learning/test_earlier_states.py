"""Conversions of earlier versions had states of their own, which a migration renames and the API still says."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from forge.accounts.models import User
from forge.learning.conversions.actions import begin_conversion
from forge.learning.lab_jobs.states import CONVERSION_NAMES, CONVERSION_STATES, LabJobState
from forge.learning.models import ModelConversion
from forge.projects.models import Project
from tests.support.cases import each_case

pytestmark = pytest.mark.django_db
migration = import_module("forge.learning.migrations.0021_one_state_of_lab_jobs")


@each_case("before", ["waiting", "converting", "needs", "ready", "failed"])
def test_the_state_of_an_earlier_conversion_stays_in_the_api(
    client: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    monkeypatch.setattr("forge.learning.lab_jobs.queue.notify_workers", lambda *_: None)
    row = begin_conversion(user, project, "net.keras", [b"bytes"])
    ModelConversion.objects.filter(pk=row.pk).update(state=before)
    migration.rename_states(apps, None)
    row.refresh_from_db()
    assert row.state in LabJobState.values
    answer = client.get(f"/api/v1/projects/acme/kitchen/conversions/{row.pk}")
    assert (answer.status_code, answer.json()["state"]) == (200, before)


def test_each_state_of_a_conversion_has_a_name() -> None:
    assert CONVERSION_NAMES.keys() == set(LabJobState) - {LabJobState.PAUSED}
    assert CONVERSION_STATES == ("waiting", "converting", "needs", "ready", "failed")
