"""`manage.py verify_store` finds each kind of what can be wrong with the store, and nothing where all is well."""

from __future__ import annotations

import errno
import json
import os
from io import StringIO
from typing import Any, ClassVar

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from forge.core.blobs.check import FindingKind, check_store
from forge.core.blobs.damage import count_damaged
from forge.core.blobs.links import link_blobs, links_of
from forge.core.blobs.store import blob_name, blob_storage, put_bytes
from forge.core.models import Blob, Thread
from tests.forge.bucket import BUCKET, Bucket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, params=["folder", "bucket"])
def _store(request: pytest.FixtureRequest, settings: Any, tmp_path: Any) -> None:
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"blobs": BUCKET if request.param == "bucket" else folder}


@pytest.fixture
def owner() -> Thread:
    return Thread.objects.create(subject="owner")


def linked(owner: Thread, data: bytes) -> str:
    digest = put_bytes(data).digest
    link_blobs(owner, [digest], owner.pk)
    return digest


def replace(digest: str, data: bytes) -> None:
    blob_storage().delete(blob_name(digest))
    blob_storage().save(blob_name(digest), ContentFile(data))


def verify(*options: str) -> tuple[int, str]:
    """The exit status and standard output."""
    out = StringIO()
    try:
        call_command("verify_store", *options, stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_good_store_is_good(owner: Thread) -> None:
    linked(owner, b"one")
    linked(owner, b"two!")
    assert verify() == (0, "2 blobs, 7 B, compared: all whole.\n")


@pytest.mark.protects("uploads/damaged-bytes")
def test_each_kind_is_found_with_its_owners(owner: Thread) -> None:
    digests = {
        kind: linked(owner, kind.encode())
        for kind in (FindingKind.DAMAGED, FindingKind.MISSING, FindingKind.WRONG_SIZE)
    }
    replace(digests[FindingKind.DAMAGED], b"Damaged")
    blob_storage().delete(blob_name(digests[FindingKind.MISSING]))
    Blob.objects.filter(pk=digests[FindingKind.WRONG_SIZE]).update(size=1)
    digests[FindingKind.UNLINKED] = put_bytes(b"unlinked").digest
    digests[FindingKind.STRAY] = put_bytes(b"stray").digest
    Blob.objects.filter(pk=digests[FindingKind.STRAY]).delete()
    status, output = verify("--json")
    report = json.loads(output)
    assert status == 1
    assert {one["kind"]: one["digest"] for one in report["findings"]} == digests
    mine = {"kind": "core.thread", "id": str(owner.pk), "organisation": str(owner.pk)}
    assert {one["kind"]: one["owners"] for one in report["findings"]} == {
        kind: [mine] if kind not in (FindingKind.UNLINKED, FindingKind.STRAY) else [] for kind in digests
    }
    assert report["counts"] == {kind: int(kind != FindingKind.UNREADABLE) for kind in FindingKind}
    assert (report["blobs"], report["is_good"]) == (4, False)
    assert count_damaged() == 1
    status, output = verify()
    assert status == 1
    assert f"damaged: {digests[FindingKind.DAMAGED]}: 7 bytes with the digest sha256:" in output
    assert f"needed by core.thread {owner.pk}" in output
    assert output.endswith("1 damaged, 1 missing, 1 wrong size. The sweep removes 1 unlinked, 1 stray.\n")


def test_what_nothing_links_is_no_problem(owner: Thread) -> None:
    digest = put_bytes(b"left").digest
    blob_storage().delete(blob_name(digest))
    put_bytes(b"new")
    status, output = verify()
    assert status == 0
    assert "The sweep removes 1 unlinked." in output


def test_what_the_operator_took_from_a_backup_is_whole_again(owner: Thread) -> None:
    digest = linked(owner, b"a model")
    replace(digest, b"another")
    assert verify()[0] == 1
    replace(digest, b"a model")
    assert verify()[0] == 0
    assert count_damaged() == 0


def test_what_is_deleted_meanwhile_is_no_finding(owner: Thread) -> None:
    first, second = sorted((linked(owner, b"first"), linked(owner, b"second")))

    def delete_second(_: object) -> None:
        """Deletes the second row. By now both rows were read, and the first blob."""
        links_of(owner).filter(blob_id=second).delete()
        Blob.objects.filter(pk=second).delete()
        blob_storage().delete(blob_name(second))

    assert list(check_store(delete_second)) == []
    assert Blob.objects.get().pk == first


def test_an_error_of_the_disk_is_a_finding_and_the_rest_is_read(owner: Thread, settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {"blobs": {"BACKEND": f"{__name__}.WornBucket"}}
    bad, good = linked(owner, b"on a bad sector"), linked(owner, b"good")
    WornBucket.bad = {blob_name(bad)}
    (finding,) = check_store(lambda _: None)
    assert (finding.kind, finding.digest, finding.detail) == (
        FindingKind.UNREADABLE,
        bad,
        "OSError: [Errno 5] Input/output error",
    )
    assert good != bad


class WornBucket(Bucket):
    """Some of what is stored cannot be read any more."""

    bad: ClassVar[set[str]] = set()

    def _open(self, name: str, mode: str = "rb") -> Any:
        if name in self.bad:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super()._open(name, mode)  # type: ignore[misc]
