"""The needs of a run's rune: as its page shows them, and what `lab` cannot send of them."""

from __future__ import annotations

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.learning.lab_jobs.process import LabRefused
from forge.projects.models import Project
from tests.forge.learning.test_training import begun, data_event, follow, read
from tests.support.forge.factories.training import ScriptedLab, finished_run, motion_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nobody_wakes")]


@pytest.fixture
def trains(client: Client, project: Project, user: User) -> Client:
    motion_version(user, project)
    return client


@pytest.mark.slow
def test_the_page_of_a_run_says_what_the_rune_needed_before_channels_were_removed(
    trains: Client, project: Project, user: User
) -> None:
    run = finished_run(user, project)
    page = trains.get("/acme/kitchen/training/1").content.decode()
    assert "before pruning" not in page
    assert 'class="pruned"' not in page
    run.needs["cortex-m0plus"]["before_pruning"] = {
        "flash": 14_600,
        "ram": 4500,
        "instructions": 490_000,
        "not_measured": None,
    }
    run.report["pruned_after"] = 2
    run.save()
    page = trains.get("/acme/kitchen/training/1").content.decode()
    for text in ("4.5 kB before pruning", "14.6 kB before pruning", "0.49 M before pruning"):
        assert text in page
    assert page.count('class="pruned"') == 2
    assert read(trains)["needs"]["cortex-m0plus"]["before_pruning"]["flash"] == 14_600


@pytest.mark.slow
@pytest.mark.parametrize("flash", [-1, 2**60])
def test_needs_before_pruning_that_no_rune_can_have_end_the_run(
    trains: Client, monkeypatch: pytest.MonkeyPatch, flash: int
) -> None:
    begun(trains)
    needs = {"flash": 9000, "ram": 900, "instructions": None, "not_measured": None}
    original = {**needs, "flash": flash}
    event = {"event": "needs", "needs": {"cortex-m4": {**needs, "before_pruning": original}}, "rune_size": 1}
    follow(monkeypatch, ScriptedLab([data_event(3), event], LabRefused("never", "data")))
    run = read(trains)
    assert (run["state"], run["needs"]) == ("failed", {})
    assert "training process" in run["error"]


@pytest.mark.slow
@pytest.mark.parametrize("size", [74_200, -1, 2**60])
def test_the_size_of_the_rune_for_browsers_is_shown_where_a_rune_can_have_it(
    trains: Client, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    begun(trains)
    event = {"event": "needs", "needs": {}, "rune_size": size}
    follow(monkeypatch, ScriptedLab([data_event(3), event], LabRefused("enough", "data")))
    is_possible = size == 74_200
    run, page = read(trains), trains.get("/acme/kitchen/training/1").content.decode()
    assert (run["rune_size"], run["error"] == "enough") == (size if is_possible else None, is_possible)
    assert ("74.2 kB" in page) == is_possible
