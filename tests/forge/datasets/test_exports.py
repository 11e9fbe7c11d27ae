"""Versions as ZIP files: what is in them, in which layouts, and what is never in them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.models import AuditEntry
from forge.datasets.models import Sample
from forge.datasets.removals.actions import withdraw_consent
from forge.datasets.versions.actions import save_version
from forge.datasets.versions.export import plan_export
from forge.projects.models import Project
from rune.datasets.convert.pictures import grey_png
from rune.datasets.export.data_folder import LIST
from rune.datasets.export.layouts import EXPORT_LAYOUTS
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout, read_item
from tests.support.forge.factories.recordings import consent_of, loud, png, sample_of

pytestmark = pytest.mark.django_db(transaction=True)

EXPORT = "/api/v1/projects/acme/kitchen/data/versions/1/export"


@pytest.fixture
def version(project: Project, user: User) -> None:
    """Version 1 with two sounds of two guests."""
    consent = consent_of(user, project)
    for number, label in enumerate(("knock", "glass")):
        sample_of(consent, user, loud(number), label=label, pseudonym=f"Guest {number}")
    save_version(user, project, revision=2)


def exported(client: Client, **query: Any) -> zipfile.ZipFile:
    answer = client.get(f"{EXPORT}?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]


OF_ONE_KIND = {"parquet", "mnist"}
"""The layouts that take series of motion alone, and pictures alone."""


@pytest.mark.slow
@pytest.mark.parametrize("layout", sorted(EXPORT_LAYOUTS.keys() - OF_ONE_KIND))
def test_an_import_reads_what_was_exported(client: Client, version: None, layout: str) -> None:
    archive = DataArchive(exported(client, layout=layout).fp)  # type: ignore[arg-type]
    matched_layout = find_layout(archive)
    facts = {(read_item(archive, matched_layout, item).data, item.label, item.split) for item in matched_layout.items}
    rows = Sample.objects.order_by("number")
    assert facts == {(loud(row.number - 1), row.label, row.split) for row in rows}
    assert not matched_layout.omissions
    assert not [name for name in archive.names if "Guest" in name or b"Guest" in archive.read(name)]


@pytest.mark.slow
def test_mnist_has_the_pictures_of_a_version_and_refuses_others(client: Client, project: Project, user: User) -> None:
    consent = consent_of(user, project)
    shades = [bytes([number, 9, 200, 255]) for number in range(3)]
    for number, pixels in enumerate(shades):
        sample_of(consent, user, grey_png(2, 2, pixels), label=str(number), pseudonym=f"Guest {number}")
    save_version(user, project, revision=3)
    archive = DataArchive(exported(client, layout="mnist").fp)  # type: ignore[arg-type]
    layout = find_layout(archive)
    facts = {(item.label, item.split): read_item(archive, layout, item).data for item in layout.items}
    assert facts == {
        (row.label, row.split): grey_png(2, 2, shades[row.number - 1]) for row in Sample.objects.order_by("number")
    }
    sample_of(consent, user, png(width=3), label="3")
    save_version(user, project, revision=5)
    answer = client.get(f"{EXPORT.replace('/1/', '/2/')}?layout=mnist")
    assert answer.status_code == 422
    assert "Sample 4 has 3 × 1 pixels, and others have 2 × 2." in answer.json()["detail"]


def test_an_export_comes_in_parts_and_is_in_the_audit_log_once(client: Client, version: None) -> None:
    whole = json.loads(exported(client).read(LIST))["samples"]
    parts = [json.loads(exported(client, after=after, limit=1).read(LIST))["samples"] for after in (0, 1, 2)]
    assert [row for part in parts for row in part] == whole
    assert [row["number"] for row in whole] == [1, 2]
    assert AuditEntry.objects.filter(action="data.download").count() == 1


@pytest.mark.protects("recordings/withdrawn-from-data")
def test_a_withdrawn_recording_is_in_no_export(client: Client, version: None, project: Project, user: User) -> None:
    other = consent_of(user, project)
    sample_of(other, user, loud(9), label="speech", pseudonym="Guest 9")
    save_version(user, project, revision=4)
    during = plan_export(user, project, 2, EXPORT_LAYOUTS["data-folder"])
    files = during.files()
    next(files)
    withdraw_consent(user, other)
    names = [name for name, _ in files]
    assert not [name for name in names if name.startswith("speech/")], "a download that had begun leaves it out as well"
    after = plan_export(user, project, 2, EXPORT_LAYOUTS["data-folder"])
    contents = {name: opener().read() for name, opener in after.files()}
    assert [name for name in contents if name != LIST] == ["knock/000001.wav", "glass/000002.wav"]
    assert b"speech" not in contents[LIST]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"layout": "tfrecord"}, 400, "data-folder, folders"),
        ({"after": "-1"}, 400, "`after` must be"),
        ({"limit": "x"}, 400, "`limit` must be"),
        ({"layout": "speech-commands"}, 422, "1 of these samples are of another kind"),
        ({"layout": "parquet"}, 422, "Choose another layout"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_the_reason(
    client: Client, project: Project, user: User, query: dict[str, str], status: int, words: str
) -> None:
    consent = consent_of(user, project)
    sample_of(consent, user, png(), label="cat", alone=True)
    save_version(user, project, revision=1)
    answer = client.get(f"{EXPORT}?{urlencode(query)}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert client.get(EXPORT.replace("versions/1", "versions/7")).status_code == 404
