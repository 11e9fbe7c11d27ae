"""Cutting long recordings into samples, marked places, confirming labels, and deleting many samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.blobs.store import read_blob
from forge.core.errors import NotFound
from forge.core.models import AuditEntry
from forge.datasets.models import Sample, SampleAnalysis
from forge.datasets.removals.actions import withdraw_consent
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import consent_of, png, sample_of, sound

pytestmark = pytest.mark.django_db(transaction=True)

DATA = "/api/v1/projects/acme/kitchen/data"


def knocks() -> bytes:
    """Two seconds with two loud places, at 0.5 and 1.5 s."""
    return sound(*(9_000 * (-1) ** index if index % 16_000 in range(8_000, 9_600) else 0 for index in range(32_000)))


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"{DATA}/samples/{path}", body, content_type="application/json")


@pytest.fixture
def sample(project: Project, user: User) -> Sample:
    return sample_of(consent_of(user, project), user, knocks())


@pytest.mark.slow
def test_parts_are_proposed_become_samples_and_the_answer_undoes_it(
    client: Client, project: Project, user: User
) -> None:
    sample_of(consent_of(user, project), user, knocks(), label="", pseudonym="Guest 7", device="phone")
    proposal = client.get(f"{DATA}/samples/1/parts?margin=0").json()
    assert proposal == {"length": 2000, "parts": [{"start": 500, "end": 600}, {"start": 1500, "end": 1600}]}
    parts = [{**each, "label": "knock"} for each in proposal["parts"]]
    parts[1]["end"] = 1700
    answer = post(client, "1/parts", revision=1, parts=parts)
    assert answer.status_code == 200, answer.content
    whole, first, second = Sample.objects.order_by("number")
    assert whole.is_excluded
    assert [each.milliseconds for each in (first, second)] == [100, 200]
    for each in (first, second):
        assert (each.label, each.labelled_by, each.device) == ("knock", user, "phone")
        assert (each.consent, each.group, each.split) == (whole.consent, whole.group, whole.split)
    assert read_blob(first.digest)[44:] == knocks()[44 + 16_000 : 44 + 19_200]
    undone = post(client, "marks", revision=answer.json()["revision"], changes=answer.json()["before"])
    assert undone.status_code == 200, undone.content
    assert list(Sample.objects.order_by("number").values_list("is_excluded", flat=True)) == [False, True, True]
    assert AuditEntry.objects.get(action="data.cut").data["count"] == 2


@each_case(
    ("parts", "status", "words"),
    [
        ([], 400, "Choose 1 to 200 parts"),
        ([{"start": 0, "end": 2001, "label": "x"}], 400, "within 0 to 2000"),
        ([{"start": 9, "end": 9, "label": "x"}], 400, "begins before it ends"),
        ([{"start": 0, "end": 2000, "label": "x"}], 400, "has all of these parts already"),
        ([{"start": 0, "end": 9, "label": "x\u0007"}], 400, "label"),
    ],
)
def test_parts_that_cannot_be_change_nothing(
    client: Client, sample: Sample, parts: list[dict[str, Any]], status: int, words: str
) -> None:
    answer = post(client, "1/parts", revision=1, parts=parts)
    assert answer.status_code == status, answer.content
    assert words in answer.content.decode()
    assert [each.is_excluded for each in Sample.objects.all()] == [False]


@pytest.mark.slow
def test_what_changed_ended_or_is_a_picture_is_not_cut(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    whole = sample_of(consent, user, knocks())
    parts = [{"start": 0, "end": 600, "label": "knock"}]
    post(client, "marks", revision=1, changes=[{"number": 1, "label": "glass"}])
    assert post(client, "1/parts", revision=1, parts=parts).status_code == 412
    sample_of(consent, user, png())
    assert client.get(f"{DATA}/samples/2/parts").status_code == 422
    assert post(client, "2/parts", revision=9, parts=parts).status_code == 422
    assert client.get(f"{DATA}/samples/1/parts?pause=x").status_code == 400
    withdraw_consent(user, whole.consent)
    assert post(client, "1/parts", revision=9, parts=parts).status_code == 404


@pytest.mark.slow
@pytest.mark.protects("recordings/changed-tests")
def test_a_tested_sample_is_cut_by_owners_alone(
    project: Project, user: User, maintainer: User, owner: User, browser_of: Callable[[User], Client]
) -> None:
    sample_of(consent_of(user, project), user, knocks())
    Sample.objects.update(tested_since=1)
    parts = [{"start": 0, "end": 600, "label": "knock"}]
    assert post(browser_of(user), "1/parts", revision=9, parts=parts).status_code == 403
    assert post(browser_of(maintainer), "1/parts", revision=9, parts=parts).status_code == 403
    assert post(browser_of(owner), "1/parts", revision=9, parts=parts).status_code == 200


@pytest.mark.slow
def test_several_labels_lie_on_a_time_line(client: Client, project: Project, user: User) -> None:
    sample_of(consent_of(user, project), user, knocks(), label="day")
    events = [{"label": " glass ", "start": 1.5, "end": 1.6}, {"label": "knock", "start": 0.5, "end": 0.6}]
    answer = post(client, "marks", revision=1, changes=[{"number": 1, "events": events}])
    assert answer.status_code == 200, answer.content
    assert answer.json()["before"] == [{"number": 1, "label": "day", "is_excluded": False, "events": None}]
    sample = client.get(f"{DATA}/samples/1").json()["sample"]
    assert [each["label"] for each in sample["events"]] == ["knock", "glass"]
    post(client, "marks", revision=2, changes=[{"number": 1, "label": "night"}])
    assert len(Sample.objects.get().events or []) == 2, "what is not named stays"
    post(client, "marks", revision=3, changes=answer.json()["before"])
    assert Sample.objects.get().events is None


@each_case(
    "event",
    [
        {"label": "knock", "start": 1, "end": 1},
        {"label": "knock", "start": 0, "end": 9},
        {"label": "knock", "start": -1, "end": 1},
        {"label": "  ", "start": 0, "end": 1},
        {"start": 0, "end": 1},
    ],
)
def test_a_marked_place_that_cannot_be_is_refused(client: Client, sample: Sample, event: dict[str, Any]) -> None:
    assert post(client, "marks", revision=1, changes=[{"number": 1, "events": [event]}]).status_code == 400
    assert Sample.objects.get().events is None


@pytest.mark.slow
def test_a_label_that_a_person_confirms_is_not_in_doubt_any_more(client: Client, project: Project, user: User) -> None:
    sample = sample_of(consent_of(user, project), user, label="knock")
    SampleAnalysis.objects.create(sample=sample, recipe=1, suggestion="glass", doubted_label="knock")
    numbers = f"{DATA}/samples/numbers?suspect=true"
    assert client.get(numbers).json()["numbers"] == [1]
    assert post(client, "marks", revision=1, changes=[{"number": 1, "confirms": True}]).status_code == 200
    assert client.get(numbers).json()["numbers"] == []
    assert Sample.objects.get().label == "knock"


@pytest.mark.slow
def test_many_samples_are_deleted_at_once(
    client: Client, project: Project, user: User, owner: User, browser_of: Callable[[User], Client]
) -> None:
    consent = consent_of(user, project)
    digests = [sample_of(consent, user).digest for _ in range(3)]
    sample_of(consent_of(owner, project), owner)
    assert post(client, "deletions", numbers=[1, 4]).status_code == 404, "one is of somebody else"
    assert post(client, "deletions", numbers=[1, 9]).status_code == 404
    assert post(client, "deletions", numbers=[]).status_code == 400
    assert Sample.objects.available().count() == 4
    assert post(client, "deletions", numbers=[1, 2]).json() == {"samples": 2}
    assert list(Sample.objects.available().values_list("number", flat=True)) == [4, 3]
    assert Sample.objects.get(number=1).erased is not None
    assert post(browser_of(owner), "deletions", numbers=[3]).json() == {"samples": 1}
    with pytest.raises(NotFound):
        read_blob(digests[0])
    assert AuditEntry.objects.filter(action="data.delete-many").count() == 2
