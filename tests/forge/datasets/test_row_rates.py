"""Motion and tables of a project's data have one rate, by any way: the API, the studio or a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.errors import Invalid
from forge.datasets.collecting.actions import make_collecting_link
from forge.datasets.collecting.task import Task
from forge.datasets.models import CollectingLink, DataSet, Sample
from forge.datasets.models.samples import SampleKind
from forge.datasets.removals.actions import delete_sample
from forge.projects.models import Project
from tests.forge.datasets.data_requests import DATA, agreed, send
from tests.forge.datasets.test_recording_archives import SAMPLES, imported, post
from tests.support.forge.factories.phones import Phone
from tests.support.forge.factories.samples import zipped

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("uploads/uneven-times")]


def csv(interval: float, seed: int = 0, column: str = "time_ms") -> bytes:
    return "".join([f"{column};x;y;z\n", *(f"{row * interval};{row + seed};0;1\n" for row in range(4))]).encode()


def rates() -> list[Any]:
    return [(each["input"], each["length"], each["unit"]) for each in DataSet.objects.get().row_rates]


def test_a_recording_of_another_rate_than_the_data_is_refused_by_name(
    client: Client, project: Project, user: User
) -> None:
    consent = agreed(client)
    assert send(client, consent, csv(10), label="walk").status_code == 201
    assert rates() == [("motion", 10, " ms")]
    refusal = send(client, consent, csv(16, 9), label="walk")
    assert (refusal.status_code, refusal.json()["title"]) == (422, "The data has another rate")
    assert refusal.json()["detail"].startswith("Its rows are 16 ms apart, and those of the data 10 ms. Resample it to")
    assert send(client, consent, csv(0.0101, 20, "seconds"), label="walk").status_code == 201, "measured times"
    assert send(client, consent, b"1,2,3\n4,5,6\n", label="walk").status_code == 201, "its rate is not known"
    assert send(client, consent, b"time_ms,heat\n0,1\n50,2\n100,3\n", label="warm").status_code == 201, "another input"
    for sample in Sample.objects.all():
        delete_sample(user, sample)
    assert send(client, consent, csv(16, 9), label="walk").status_code == 201
    assert rates() == [("motion", 16, " ms")]


def test_of_an_archive_that_the_studio_sends_the_usual_rate_comes_in(client: Client, project: Project) -> None:
    files = {"walk/1.csv": csv(16), "walk/2.csv": csv(10, 5), "walk/3.csv": csv(16, 9)}
    preview = post(client, f"{SAMPLES}/import/preview", zipped(files)).json()
    assert [each["name"] for each in preview["refused_files"]] == ["walk/2.csv"]
    result = imported(client, files).json()
    assert (len(result["samples"]), result["refused_files"]) == (2, preview["refused_files"])
    assert "Its rows are 10 ms apart, and those of the data 16 ms." in result["refused_files"][0]["reason"]
    assert rates() == [("motion", 16, " ms")]
    assert len(imported(client, {"walk/4.csv": csv(10, 5)}).json()["refused_files"]) == 1


def test_a_phone_records_at_the_rate_of_the_data(client: Client, project: Project, user: User) -> None:
    phone = Phone(make_collecting_link(user, project, Task(SampleKind.MOTION, "walk", rate=25))[1])
    assert phone.enter().status_code == 200
    phone.agree()
    assert phone.send(b"1,2,3\n4,5,6\n").status_code == 201
    assert rates() == [("motion", 40, " ms")]
    page = client.get("/acme/kitchen/data/collect").content.decode()
    assert re.findall(r"<option[^>]*selected[^>]*>(\d+)", page) == ["25"]
    with pytest.raises(Invalid, match=r"rows 40 ms apart\. With 50 rows a second they are 20 ms apart"):
        make_collecting_link(user, project, Task(SampleKind.MOTION, "walk", rate=50))
    assert CollectingLink.objects.count() == 1
    make_collecting_link(user, project, Task(SampleKind.SOUND, "walk"))
    assert client.get(f"{DATA}/samples").json()["results"][0]["kind"] == "motion"
