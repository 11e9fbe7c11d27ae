"""The bytes of an organisation are counted and limited by its quota, by two at once too; refused bytes are gone."""

from __future__ import annotations

import io
import threading
import zipfile
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from forge.accounts.errors import StorageQuotaReached
from forge.accounts.models import Organisation, User
from forge.core.blobs.store import blob_path
from forge.core.blobs.usage import organisation_bytes, recount_all, stored_bytes
from forge.core.models import Blob, StoredBytes
from forge.projects.actions import create_project, write_file
from forge.projects.models import Project
from tests.forge.quotas.conftest import Limit
from tests.support.forge.factories.preconditions import etag_headers
from tests.support.forge.factories.recordings import new_sample
from tests.support.forge.factories.samples import withdraw_sample

pytestmark = pytest.mark.django_db

FILES = "/api/v1/projects/acme/kitchen/files"
ROOM = 10_000


def _put(client: Client, path: str, data: bytes) -> Any:
    address = f"{FILES}/{path}"
    return client.put(address, data, content_type="application/octet-stream", headers=etag_headers(address))


def _binary(size: int, seed: int) -> bytes:
    return bytes([255, seed]) + bytes(size - 2)


@pytest.fixture
def room(organisation: Organisation, project: Project, limit: Limit) -> None:
    """The organisation may store `ROOM` more than it has."""
    limit(organisation, "bytes", organisation_bytes(organisation.pk) + ROOM)


@pytest.mark.slow
def test_the_figure_is_what_counting_gives(client: Client, organisation: Organisation, project: Project) -> None:
    for seed in range(3):
        assert _put(client, f"{seed}.bin", _binary(1000, seed)).status_code == 200
    assert _put(client, "again.bin", _binary(1000, 1)).status_code == 200
    assert stored_bytes(organisation.pk) == organisation_bytes(organisation.pk)


@pytest.mark.protects("uploads/storage-quota")
def test_what_does_not_fit_is_refused_by_name_and_leaves_nothing(
    client: Client, organisation: Organisation, room: None
) -> None:
    assert _put(client, "a.bin", _binary(ROOM, 1)).status_code == 200
    before = set(Blob.objects.values_list("pk", flat=True))
    answer = _put(client, "b.bin", _binary(100, 2))
    assert answer.status_code == 507
    assert answer.json()["title"] == "The organisation's storage is full"
    assert "ask the operator" in answer.json()["detail"]
    assert client.get(f"{FILES}/b.bin").status_code == 404
    assert set(Blob.objects.values_list("pk", flat=True)) == before


def test_the_last_that_is_too_much_is_stored_and_gone_again(client: Client, room: None) -> None:
    data = _binary(ROOM + 1, 1)
    assert _put(client, "a.bin", data).status_code == 507
    paths = [blob_path(pk) for pk in Blob.objects.values_list("pk", flat=True)]
    assert all(path is not None and path.stat().st_size < ROOM for path in paths)


@pytest.mark.protects("uploads/storage-quota")
def test_a_refused_write_leaves_nothing_behind_either(client: Client, project: Project) -> None:
    before = set(Blob.objects.values_list("pk", flat=True))
    answer = client.put(
        f"{FILES}/Runefile.yml", b"# unseen\n", content_type="text/plain", headers={"If-Match": '"sha256:none"'}
    )
    assert answer.status_code == 412
    assert set(Blob.objects.values_list("pk", flat=True)) == before


def test_bytes_that_are_there_already_take_no_room(client: Client, room: None) -> None:
    data = _binary(ROOM - 500, 1)
    for path in ("a.bin", "b.bin"):
        assert _put(client, path, data).status_code == 200


@pytest.mark.protects("uploads/storage-quota")
def test_an_archive_counts_by_what_it_unpacks_to(client: Client, room: None) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large.bin", b"\xff" + bytes(3 * ROOM))
    assert len(buffer.getvalue()) < ROOM / 10
    answer = client.post("/api/v1/projects/acme/kitchen/archive", buffer.getvalue(), content_type="application/zip")
    assert answer.status_code == 507
    assert Blob.objects.filter(size__gt=ROOM).count() == 0


def test_a_full_organisation_makes_no_project_and_no_build(
    organisation: Organisation, user: User, client: Client, limit: Limit, project: Project
) -> None:
    limit(organisation, "bytes", 1)
    with pytest.raises(StorageQuotaReached):
        create_project(user, organisation, "another")
    assert client.post("/api/v1/projects/acme/kitchen/builds").status_code == 507


def test_another_organisation_is_not_touched(
    stranger: User, organisation: Organisation, limit: Limit, project: Project
) -> None:
    limit(organisation, "bytes", 1)
    create_project(stranger, Organisation.objects.get(name="other"), "fine")


def test_deleting_a_recording_makes_room(user: User, project: Project, client: Client, limit: Limit) -> None:
    sample = new_sample(user, project)
    limit(project.organisation, "bytes", organisation_bytes(project.organisation_id))
    assert _put(client, "a.bin", _binary(100, 1)).status_code == 507
    withdraw_sample(user, sample.pk)
    assert _put(client, "a.bin", _binary(100, 1)).status_code == 200


def test_counting_anew_mends_a_wrong_figure(organisation: Organisation, project: Project) -> None:
    StoredBytes.objects.update(size=10**12)
    recount_all()
    assert stored_bytes(organisation.pk) == organisation_bytes(organisation.pk) < ROOM


@pytest.mark.slow
@pytest.mark.protects("uploads/storage-quota")
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_both_slip_under(
    organisation: Organisation, project: Project, user: User, limit: Limit
) -> None:
    limit(organisation, "bytes", organisation_bytes(organisation.pk) + ROOM)
    start, results = threading.Barrier(4), []

    def upload(seed: int) -> None:
        start.wait()
        try:
            write_file(user, project, f"{seed}.bin", _binary(ROOM - 100, seed))
            results.append("stored")
        except StorageQuotaReached:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=upload, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["refused", "refused", "refused", "stored"]
    assert stored_bytes(organisation.pk) == organisation_bytes(organisation.pk)
