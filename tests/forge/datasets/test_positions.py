"""The positions of objects in the pictures of a project's data: marked over the API, undone, in versions, and
refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.datasets.models import DataSet, DataVersion, Sample
from forge.datasets.playing import restrict_playing
from forge.datasets.removals.actions import withdraw_consent
from forge.datasets.versions.contents import entries_of
from forge.projects.models import Project
from rune.datasets.positions import MAX_POSITIONS, NOTHING
from tests.forge.datasets.data_requests import DATA, mark, numbers, save
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import consent_of, loud, png, sample_of

pytestmark = pytest.mark.django_db(transaction=True)

BOLT = {"label": "bolt", "x": 0.25, "y": 0.5}
NUT = {"label": "nut", "x": 1.0, "y": 0.0}


def positions_of(client: Client, number: int = 1) -> Any:
    return client.get(f"{DATA}/samples/{number}").json()["sample"]["positions"]


@pytest.fixture
def picture(project: Project, user: User) -> Sample:
    return sample_of(consent_of(user, project), user, png(), label="parts")


@pytest.mark.slow
def test_marked_objects_are_read_again_and_the_answer_undoes_them(client: Client, picture: Sample) -> None:
    assert positions_of(client) is None
    first = mark(client, 1, {"number": 1, "positions": [BOLT, NUT]})
    assert first.status_code == 200, first.content
    assert positions_of(client) == [NUT, BOLT]
    second = mark(client, first.json()["revision"], {"number": 1, "positions": []})
    assert positions_of(client) == []
    assert second.json()["before"] == [
        {"number": 1, "label": "parts", "is_excluded": False, "events": None, "positions": [NUT, BOLT]}
    ]
    back = mark(client, second.json()["revision"], *second.json()["before"])
    assert positions_of(client) == [NUT, BOLT]
    assert mark(client, back.json()["revision"], *first.json()["before"]).status_code == 200
    assert positions_of(client) is None
    assert Sample.objects.filter(positions__isnull=True).exists(), "unmarked is null in the database too"
    assert mark(client, 1, {"number": 1, "positions": [BOLT]}).status_code == 412


@pytest.mark.slow
def test_another_change_leaves_positions_as_they_are(client: Client, picture: Sample) -> None:
    first = mark(client, 1, {"number": 1, "positions": [BOLT]})
    mark(client, first.json()["revision"], {"number": 1, "label": "screws"})
    assert positions_of(client) == [BOLT]


@each_case(
    ("positions", "words"),
    [
        ([{**BOLT, "x": 1.01}], "less than or equal to 1"),
        ([{**BOLT, "y": -0.01}], "greater than or equal to 0"),
        ([{**BOLT, "x": "NaN"}], "Send a number"),
        ([{**BOLT, "x": "Infinity"}], "Send a number"),
        ([{**BOLT, "label": ""}], "blank"),
        ([{**BOLT, "label": "b" * 61}], "60 characters"),
        ([{**BOLT, "label": "a\u0007b"}], "needs a label"),
        ([{"label": "bolt", "x": 0.5}], "required"),
        ([7], "Expected a dictionary"),
        ("bolt", "Expected a list"),
        ([{"label": "bolt", "x": 0, "y": each / 1000} for each in range(MAX_POSITIONS + 1)], str(MAX_POSITIONS)),
        ([BOLT] * 10_000, str(MAX_POSITIONS)),
    ],
)
def test_positions_that_cannot_be_change_nothing(client: Client, picture: Sample, positions: Any, words: str) -> None:
    answer = mark(client, 1, {"number": 1, "positions": positions})
    assert answer.status_code == 400
    assert words in json.dumps(answer.json()), answer.json()
    assert positions_of(client) is None


def test_a_number_that_json_does_not_have_is_refused(client: Client, picture: Sample) -> None:
    body = json.dumps({"revision": 1, "changes": [{"number": 1, "positions": [{**BOLT, "x": float("nan")}]}]})
    answer = client.post(f"{DATA}/samples/marks", body, content_type="application/json")
    assert (answer.status_code, positions_of(client)) == (400, None)


@pytest.mark.slow
def test_a_sound_has_no_positions(client: Client, project: Project, user: User) -> None:
    sample_of(consent_of(user, project), user, loud())
    answer = mark(client, 1, {"number": 1, "positions": []})
    assert (answer.status_code, "not a picture" in answer.json()["detail"]) == (400, True)


@pytest.mark.slow
def test_a_picture_without_a_label_is_called_after_most_of_its_objects(
    client: Client, project: Project, user: User
) -> None:
    sample_of(consent_of(user, project), user, png(), label="")
    labels = []
    revision = 1
    for positions in ([], [BOLT], [NUT, {**NUT, "y": 0.5}, BOLT]):
        revision = mark(client, revision, {"number": 1, "positions": positions}).json()["revision"]
        labels.append(Sample.objects.get().label)
    assert labels == [NOTHING, "bolt", "bolt"], "a label that it has stays"
    assert Sample.objects.get().labelled_by == user


@pytest.mark.slow
def test_versions_have_the_positions_and_those_without_keep_their_digest(client: Client, picture: Sample) -> None:
    plain = save(client).json()["digest"]
    mark(client, DataSet.objects.get().revision, {"number": 1, "positions": [BOLT]})
    digest = save(client).json()["digest"]
    revision = DataSet.objects.get().revision
    mark(client, revision, {"number": 1, "positions": None})
    assert plain != digest
    assert [[each.positions for each in entries_of(version)] for version in DataVersion.objects.order_by("number")] == [
        [None],
        [[BOLT]],
    ]
    again = client.post(f"{DATA}/versions", {"revision": revision + 1}, content_type="application/json")
    assert again.json().get("digest", plain) == plain
    rows = client.get(f"{DATA}/versions/2/samples").json()["results"]
    assert [each["positions"] for each in rows] == [[BOLT]]


@pytest.mark.slow
def test_pictures_that_nobody_marked_are_a_filter(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    for shade in range(3):
        sample_of(consent, user, png(width=2 + shade), label="parts")
    sample_of(consent, user, loud())
    mark(client, DataSet.objects.get().revision, {"number": 1, "positions": []}, {"number": 2, "positions": [BOLT]})
    assert (numbers(client, unmarked="true"), numbers(client, unmarked="false")) == ([3], [4, 2, 1])


def test_withdrawing_takes_the_positions_along(client: Client, picture: Sample, user: User) -> None:
    mark(client, 1, {"number": 1, "positions": [BOLT]})
    save(client)
    withdraw_consent(user, picture.consent)
    assert Sample.objects.get().positions is None
    rows = client.get(f"{DATA}/versions/1/samples").json()["results"]
    assert [(each["deleted"], each["positions"]) for each in rows] == [(True, None)]


@pytest.mark.slow
def test_who_may_not_play_a_picture_marks_nothing_in_it(client: Client, project: Project, owner: User) -> None:
    restrict_playing(owner, project, is_restricted=True)
    sample_of(consent_of(owner, project), owner, png(), label="parts")
    answer = mark(client, DataSet.objects.get().revision, {"number": 1, "positions": [BOLT]})
    assert (answer.status_code, positions_of(client)) == (403, None)
