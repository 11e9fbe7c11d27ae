"""Augmentations over the API, with the real `lab`: who sees what, and what is refused by name."""

from __future__ import annotations

import threading
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.compute.scheduler.slots import Party
from forge.core.models import AuditEntry, Event
from forge.datasets.models import Consent, DataSet, Sample
from forge.learning.augmentation import actions
from forge.learning.augmentation.lab_answers import are_possible_examples
from forge.learning.lab_jobs.process import LabDied
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.forge.factories.training import motion_version
from tests.support.training.motion_data import LABELS

pytestmark = pytest.mark.django_db(transaction=True)
AUGMENTATION = "/api/v1/projects/acme/kitchen/training/augmentation"
SMALL = {"window": 50, "hop": 25}


def draw(client: Client, **body: Any) -> Any:
    settings = {"recipe": "motion", "arguments": SMALL, **body}
    return client.post(AUGMENTATION, settings, content_type="application/json")


@pytest.fixture
def motions(client: Client, project: Project, user: User) -> Client:
    motion_version(user, project)
    return client


@each_case(
    ("body", "status", "message"),
    [
        ({"recipe": "telepathy"}, 400, 'There is no recipe "telepathy".'),
        ({"recipe": "motion-trees", "arguments": {}}, 400, "has no augmentation that can be seen or heard"),
        ({"arguments": {"turn": 181}}, 400, "Rotation, up to (turn) must be a number from 0 to 180 degrees."),
        ({"arguments": {"tilt": 1}}, 400, 'The recipe motion has no argument "tilt".'),
        ({"arguments": {"hop": 7}}, 422, "hop is 7; it must be a multiple of 5."),
        ({"arguments": {"window": 1000}}, 422, "The recordings are shorter than a window."),
        ({"recipe": "keywords", "arguments": {}}, 422, "has no sound samples in the train split"),
        ({"version": 7}, 404, ""),
        ({"data_digest": "sha256:" + 64 * "0"}, 404, ""),
        ({"seed": -1}, 400, ""),
        ({"begins_with_model": True, "arguments": {"filters": 8}}, 400, "filters would change nothing"),
    ],
)
def test_settings_that_cannot_be_drawn_are_refused_by_name(
    motions: Client, body: dict[str, Any], status: int, message: str
) -> None:
    answer = draw(motions, **body)
    assert answer.status_code == status, answer.content
    assert message in str(answer.json())


def test_a_project_without_a_version_of_its_data_says_so(client: Client, project: Project) -> None:
    answer = draw(client)
    assert answer.status_code == 409
    assert "Save one on the page Data" in answer.json()["detail"]


def test_samples_of_each_label_are_drawn_before_and_after(motions: Client) -> None:
    entries, events = AuditEntry.objects.count(), Event.objects.count()
    answer = draw(motions, arguments={**SMALL, "turn": 90.0}).json()
    assert answer["kind"] == "motion"
    assert sorted(each["label"] for each in answer["examples"]) == sorted(LABELS)
    for example in answer["examples"]:
        sample = Sample.objects.get(number=example["sample"])
        assert (sample.label, sample.split) == (example["label"], "train")
        assert example["shape"] == [50, 3]
        windows = [b64decode(each["levels"]) for each in (example["original"], *example["draws"])]
        assert len(set(windows)) == 5
    assert draw(motions, arguments={**SMALL, "turn": 90.0}).json() == answer
    assert draw(motions, arguments={**SMALL, "turn": 90.0}, seed=2).json() != answer
    assert (AuditEntry.objects.count(), Event.objects.count()) == (entries, events)


def test_no_withdrawn_sample_is_drawn_and_none_that_may_not_be_learned_from(motions: Client) -> None:
    Consent.objects.update(for_training=False)
    assert draw(motions).status_code == 422


def test_a_sample_that_the_person_may_not_play_is_not_drawn(
    motions: Client, project: Project, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    reader = browser_of(viewer)
    assert draw(reader).status_code == 200
    DataSet.objects.filter(project=project).update(is_restricted=True)
    response = draw(reader)
    assert response.status_code == 422
    assert "that you may play" in response.json()["detail"]
    assert draw(motions).status_code == 200


def test_an_organisation_has_few_drawings_that_wait(
    motions: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "QUEUE_SECONDS", 0.0)
    start, over = threading.Event(), threading.Event()

    def work() -> None:
        with actions._scheduler.claim(Party(project.pk)) as slot:
            assert slot.wait(over.is_set)
            start.set()
            over.wait()

    other = threading.Thread(target=work)
    other.start()
    try:
        assert start.wait(10)
        busy = draw(motions)
        assert busy.status_code == 503
        assert "Try again in a moment." in busy.json()["detail"]
        monkeypatch.setattr(actions, "MAX_WAITING", 0)
        assert draw(motions).status_code == 429
    finally:
        over.set()
        other.join()


def test_a_process_that_ends_is_said_to_have_ended(motions: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: Any, **_options: Any) -> Any:
        raise LabDied("killed")

    monkeypatch.setattr(actions, "ask_lab", die)
    answer = draw(motions)
    assert answer.status_code == 422
    assert "its process ended. Try again." in answer.json()["detail"]


WINDOW = {"caption": "", "levels": "AAAA", "sound": ""}
EXAMPLE: dict[str, Any] = {
    "recording": "a.csv",
    "label": "circle",
    "shape": [1, 3],
    "low": 0.0,
    "high": 1.0,
    "original": WINDOW,
    "draws": [WINDOW],
}


@each_case(
    "change",
    [
        {"shape": [2, 3]},
        {"shape": [3]},
        {"shape": [-1, -3]},
        {"shape": [1 << 20, 2]},
        {"low": float("nan")},
        {"high": float("inf")},
        {"label": "x" * 1000},
        {"draws": [WINDOW] * 17},
        {"original": {**WINDOW, "levels": "!"}},
        {"original": {**WINDOW, "sound": "PHN2Zz4="}},
        {"original": {**WINDOW, "caption": "x" * 1000}},
    ],
)
def test_an_answer_of_lab_that_is_not_possible_is_refused(change: dict[str, Any]) -> None:
    assert are_possible_examples([EXAMPLE])  # type: ignore[list-item]
    assert not are_possible_examples([{**EXAMPLE, **change}])  # type: ignore[typeddict-item]


def test_an_answer_without_examples_is_not_possible() -> None:
    assert not are_possible_examples([])
