"""The marks of other tools arrive in the data, and uneven times are on the page."""

from __future__ import annotations

import io
import json
from contextlib import nullcontext
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from forge.accounts.models import User
from forge.compute.pool.compiler import Compiler
from forge.datasets.imports import actions, job
from forge.datasets.models import Consent, Sample
from forge.projects.models import Project
from tests.forge.datasets.import_requests import imported, read, run_jobs, sent
from tests.support.forge.factories.recordings import consent_of, png, sound
from tests.support.installations.archives import zipped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch, compiler: Compiler) -> None:
    """Nobody is woken, and the process that reads archives stays from test to test."""
    monkeypatch.setattr(actions, "notify_workers", lambda capability: None)
    run = job.run_import_job
    monkeypatch.setitem(vars(job.IMPORT), "execute", lambda context: run(context, lambda: nullcontext(compiler)))


@pytest.fixture
def consent(user: User, project: Project) -> Consent:
    return consent_of(user, project)


def task(file: str, *values: dict[str, Any]) -> dict[str, Any]:
    return {"id": 1, "data": {"file": file}, "annotations": [{"result": [{"value": value} for value in values]}]}


@pytest.mark.protects("uploads/wrong-positions", "recordings/turned-pictures", "uploads/dropped-labels")
def test_boxes_and_marked_places_arrive_and_what_marks_nothing_is_named(client: Client, consent: Consent) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 90, 30)).save(photo, "JPEG", exif=exif)
    box = {"x": 90, "y": 20, "width": 20, "height": 20, "rectanglelabels": ["cat"]}
    tasks = [
        task("a.jpg", box),
        task("b.png", {**box, "x": 110}),
        task("c.wav", {"start": 0.5, "end": 3, "labels": ["knock"]}, {"start": 0, "end": 0.4, "labels": ["glass"]}),
    ]
    files = {"a.jpg": photo.getvalue(), "b.png": png(), "c.wav": sound(*[9_000] * 8_000, rate=8_000)}
    row = imported(client, consent, zipped({**files, "tasks.json": json.dumps(tasks)}))
    assert (row["state"], row["new_samples"], row["omission_count"], row["error"]) == ("done", 2, 1, "")
    assert "The mark of “cat” is outside of the picture." in row["omissions"][0]["reason"]
    picture, sound_sample = Sample.objects.order_by("number")
    assert (picture.label, picture.positions) == ("cat", [{"label": "cat", "x": 0.95, "y": 0.3}])
    assert (picture.drawing["width"], picture.drawing["height"]) == (20, 40)
    assert (sound_sample.label, sound_sample.events) == (
        "knock",
        [{"label": "glass", "start": 0.0, "end": 0.4}, {"label": "knock", "start": 0.5, "end": 1.0}],
    )


@pytest.mark.protects("uploads/uneven-times")
def test_the_preview_names_recordings_with_uneven_times(client: Client, consent: Consent, project: Project) -> None:
    rows = "timestamp,x,y,z\n" + "".join(f"{time},1,2,{time}\n" for time in (0, 20, 5920, 5940))
    import_id = sent(client, consent, zipped({"walk/a.csv": rows, "walk/b.csv": "x,y,z\n1,2,3\n"}))
    run_jobs()
    preview = read(client, import_id)["preview"]
    assert (preview["note_count"], [each["path"] for each in preview["notes"]]) == (1, ["walk/a.csv"])
    page = client.get(f"{project.get_absolute_url()}/data/imports/{import_id}").content.decode()
    assert "Notes on 1 recording" in page
    assert "Its times jump at row 3, from 20 to 5920; other rows are 20 apart." in page
