"""Files of a job where blobs lie in no folder: fetched once, whole or not at all, and gone after a while."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage

from forge.compute.child.job_file import JobFile
from forge.compute.pool.local_files import FETCHED_SECONDS, local_file, local_files, remove_deleted
from forge.core.blobs.store import blob_name, blob_storage, put_bytes
from forge.core.models import Blob
from forge.learning.conversions.running.making import LAB_SECONDS

pytestmark = pytest.mark.django_db


class FailingFile(BytesIO):
    """Breaks off after its first bytes."""

    def read(self, *_: Any) -> bytes:
        if self.tell():
            raise OSError("the connection was reset")
        self.seek(3)
        return b"mod"


class FailingStorage(InMemoryStorage):
    """A store whose connection breaks as long as `fails` is set."""

    fails = True

    def _open(self, name: str, mode: str = "rb") -> Any:
        return FailingFile(b"model") if self.fails else super()._open(name, mode)  # type: ignore[misc]


@pytest.fixture(autouse=True)
def failing(settings: Any) -> Iterator[type[FailingStorage]]:
    FailingStorage.fails = False
    failing = {"BACKEND": f"{__name__}.FailingStorage"}
    settings.STORAGES = settings.STORAGES | {"blobs": failing}
    yield FailingStorage
    FailingStorage.fails = False


def test_texts_go_with_the_job_and_fetched_files_stay_for_the_next(tmp_path: Path) -> None:
    model = put_bytes(b"model").digest
    manifest = {"m.tflite": {"digest": model}, "Runefile.yml": {"digest": "sha256:text"}}
    with local_files(manifest, tmp_path, {"Runefile.yml": b"version: 1"}) as files:
        assert files["Runefile.yml"] == JobFile("sha256:text", text="version: 1")
        descriptor = files["m.tflite"].descriptor
        assert descriptor is not None
        assert os.read(descriptor, 100) == b"model"
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(descriptor, b"other")
    blob_storage().delete(blob_name(model))
    assert [place.read_bytes() for place in tmp_path.iterdir()] == [b"model"]
    assert local_file(model, tmp_path).read_bytes() == b"model"


def test_a_fetched_file_that_nobody_used_for_a_while_is_removed(tmp_path: Path) -> None:
    model, other = (local_file(put_bytes(data).digest, tmp_path) for data in (b"used", b"unused"))
    for place in (model, other):
        os.utime(place, (time.time() - FETCHED_SECONDS - 1,) * 2)
    with local_files({"m": {"digest": put_bytes(b"used").digest}}, tmp_path):
        pass
    assert list(tmp_path.iterdir()) == [model]


def test_a_removed_file_is_read_to_its_end_and_one_that_is_read_by_its_path_is_not_removed(tmp_path: Path) -> None:
    model = put_bytes(b"model").digest
    with local_files({"m": {"digest": model}}, tmp_path) as files:
        os.utime(local_file(model, tmp_path), (time.time() - FETCHED_SECONDS - 1,) * 2)
        with local_files({}, tmp_path):
            pass
        assert list(tmp_path.iterdir()) == []
        descriptor = files["m"].descriptor
        assert descriptor is not None
        assert os.read(descriptor, 100) == b"model"
    # A conversion reads by paths, which each of its requests takes anew.
    assert LAB_SECONDS < FETCHED_SECONDS


@pytest.mark.protects("recordings/withdrawn")
def test_a_copy_of_what_was_deleted_is_not_used_and_soon_removed(tmp_path: Path) -> None:
    missing, present = (put_bytes(data).digest for data in (b"withdrawn", b"stored"))
    for digest in (missing, present):
        local_file(digest, tmp_path)
    Blob.objects.filter(pk=missing).delete()
    blob_storage().delete(blob_name(missing))
    with local_files({"a": {"digest": missing}, "b": {"digest": present}}, tmp_path) as files:
        assert (files["a"].descriptor is None, files["b"].descriptor is None) == (True, False)
    assert [place.read_bytes() for place in tmp_path.iterdir()] == [b"stored"]
    Blob.objects.filter(pk=present).delete()
    remove_deleted(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_fetched_in_part_is_fetched_again(tmp_path: Path, failing: type[FailingStorage]) -> None:
    model = put_bytes(b"model").digest
    failing.fails = True
    with pytest.raises(OSError, match="reset"):
        local_file(model, tmp_path)
    failing.fails = False
    assert local_file(model, tmp_path).read_bytes() == b"model"


def test_a_blob_that_is_no_longer_stored_is_given_as_nothing(tmp_path: Path) -> None:
    with local_files({"m": {"digest": "sha256:" + "0" * 64}}, tmp_path) as files:
        assert files["m"] == JobFile("sha256:" + "0" * 64)
    assert not local_file("sha256:" + "0" * 64, tmp_path).exists()
    assert list(tmp_path.iterdir()) == []
