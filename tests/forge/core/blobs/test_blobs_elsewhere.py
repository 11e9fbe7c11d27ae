"""The same store where blobs lie in no folder, as in an S3 bucket. One in memory stands for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import (
    blob_name,
    blob_path,
    blob_storage,
    put_bytes,
    read_blob,
    record,
    staged_file,
    sync_blob,
)
from forge.core.blobs.sweep import adopt_strays, delete_if_unlinked, erase, sweep_blobs
from forge.core.errors import NotFound
from forge.core.models import Blob, Thread
from tests.forge.bucket import BUCKET

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _elsewhere(settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {"blobs": BUCKET}


def is_stored(digest: str) -> bool:
    return blob_storage().exists(blob_name(digest))


def test_it_is_put_read_linked_and_swept() -> None:
    owner = Thread.objects.create(subject="owner")
    attachment, left = put_bytes(b"kept elsewhere"), put_bytes(b"left elsewhere")
    assert blob_path(attachment.digest) is None
    assert not (Path(settings.DATA_DIR) / "blobs" / blob_name(attachment.digest)).exists()
    link_blobs(owner, [attachment.digest], None)
    put_bytes(b"kept elsewhere")
    sweep_blobs(timezone.now() + timedelta(hours=2))
    assert read_blob(attachment.digest) == b"kept elsewhere"
    assert not is_stored(left.digest)


def test_what_is_staged_is_in_the_store_before_the_transaction_and_certain(tmp_path: Path) -> None:
    (tmp_path / "rune").write_bytes(b"a rune")
    with staged_file(tmp_path / "rune") as upload:
        assert is_stored(upload.digest)
        with transaction.atomic():
            record(upload)
    assert Blob.objects.get(pk=upload.digest).synced
    sync_blob(upload.digest)
    delete_if_unlinked([upload.digest])
    assert not is_stored(upload.digest)
    with pytest.raises(NotFound):
        read_blob(upload.digest)


def test_what_a_sweep_took_after_it_was_staged_is_put_again(tmp_path: Path) -> None:
    (tmp_path / "rune").write_bytes(b"a rune")
    blob = put_bytes(b"a rune")
    with staged_file(tmp_path / "rune") as upload:
        assert erase(blob.digest, timezone.now())
        assert not is_stored(blob.digest)
        with transaction.atomic():
            record(upload)
    assert read_blob(blob.digest) == b"a rune"


def test_strays_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    blob = put_bytes(b"a crash came before the row")
    Blob.objects.all().delete()
    later = timezone.now() + timedelta(hours=2)
    assert adopt_strays(later) == 1
    assert sweep_blobs(later).blobs == 1
    assert not is_stored(blob.digest)
