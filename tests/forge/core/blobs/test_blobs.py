"""The blob store: bytes by their digest, stored once, never half."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.test import AsyncRequestFactory
from django.test.utils import CaptureQueriesContext

from forge.core.blobs.chunks import CHUNK, chunks_for, read_chunks
from forge.core.blobs.store import blob_path, open_blob, open_intact, put_batch, put_bytes, put_chunks, read_blob
from forge.core.errors import NotFound, TooLarge
from forge.core.models import Blob
from rune.digests import digest_of

pytestmark = pytest.mark.django_db


def _incoming() -> list[Path]:
    folder = Path(settings.DATA_DIR) / "blobs" / "incoming"
    return list(folder.iterdir()) if folder.exists() else []


def test_a_blob_is_named_by_its_sha256_and_read_back() -> None:
    blob = put_chunks([b"hammer", b" ", b"forge"])
    assert blob.digest == "sha256:" + hashlib.sha256(b"hammer forge").hexdigest()
    assert blob.size == 12
    assert read_blob(blob.digest) == b"hammer forge"
    path = blob_path(blob.digest)
    assert path is not None
    assert path.read_bytes() == b"hammer forge"


def test_the_same_bytes_are_stored_once() -> None:
    first, second = put_bytes(b"twice"), put_chunks([b"twi", b"ce"])
    assert first == second
    assert Blob.objects.filter(digest=first.digest).count() == 1


@pytest.mark.protects("uploads/size-limit")
def test_a_stream_over_the_limit_is_refused_and_leaves_nothing_behind() -> None:
    with pytest.raises(TooLarge):
        put_chunks([b"x" * 10] * 3, limit=25)
    assert _incoming() == []


def test_many_are_stored_when_their_block_ends() -> None:
    with put_batch() as put:
        first, second, again = put(b"one"), put(b"two"), put(b"one")
        assert not Blob.objects.exists()
    assert (read_blob(first.digest), read_blob(second.digest), again) == (b"one", b"two", first)
    assert Blob.objects.filter(synced=True).count() == 2
    assert _incoming() == []


def test_nothing_is_stored_of_a_block_that_breaks() -> None:
    def put_one_of_two() -> None:
        with put_batch() as put:
            put(b"one of two")
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        put_one_of_two()
    assert _incoming() == []
    assert not Blob.objects.exists()
    with pytest.raises(NotFound):
        read_blob(digest_of(b"one of two"))


def test_many_are_as_many_statements_as_few() -> None:
    def statements(count: int) -> int:
        with CaptureQueriesContext(connection) as queries, put_batch() as put:
            for number in range(count):
                put(b"%d of %d" % (number, count))
        return len(queries)

    assert statements(2) == statements(9)


def test_what_is_refused_when_it_is_looked_at_leaves_nothing_behind() -> None:
    contents: list[tuple[bytes, int]] = []

    def refuse(path: Path, size: int) -> None:
        contents.append((path.read_bytes(), size))
        raise TooLarge("no")

    with pytest.raises(TooLarge):
        put_chunks([b"not ", b"wanted"], accept=refuse)
    assert contents == [(b"not wanted", 10)]
    assert _incoming() == []
    assert not Blob.objects.exists()


def test_a_stream_that_breaks_leaves_nothing_behind() -> None:
    def broken() -> object:
        yield b"begin"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        put_chunks(broken())  # type: ignore[arg-type]
    assert _incoming() == []


@pytest.mark.parametrize(
    "digest", ["sha256:" + "0" * 64, "sha256:../../etc/passwd", "md5:00", "", "sha256:" + "A" * 64]
)
def test_what_is_not_there_or_not_a_digest_is_not_found(digest: str) -> None:
    with pytest.raises(NotFound):
        read_blob(digest)


@pytest.mark.parametrize(("first", "size"), [(0, None), (7, None), (7, 300_000), (599_999, 1), (0, 0)])
@pytest.mark.django_db(transaction=True)
async def test_a_blob_or_a_part_of_it_is_read_in_chunks_on_either_server(first: int, size: int | None) -> None:
    data = b"0123456789" * 60_000
    expected = data[first:] if size is None else data[first : first + size]
    blob = await sync_to_async(put_bytes)(data)
    request = AsyncRequestFactory().get("/")
    opener = partial(open_intact if first else open_blob, blob.digest)
    stream = chunks_for(request, opener, first, size)
    assert isinstance(stream, AsyncIterator)
    chunks = [chunk async for chunk in stream]
    assert chunks == list(read_chunks(opener, first, size))
    assert b"".join(chunks) == expected
    assert len(chunks) == -(-len(expected) // CHUNK)
