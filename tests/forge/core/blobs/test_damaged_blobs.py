"""Stored bytes that are not what their digest says: nobody gets them whole, operators see it, a put heals them."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any

import pytest
from django.core.files.base import ContentFile
from django.test import AsyncRequestFactory

from forge.core.blobs.chunks import CHUNK, chunks_for, read_chunks
from forge.core.blobs.damage import count_damaged
from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import (
    blob_name,
    blob_storage,
    open_blob,
    open_intact,
    put_all,
    put_bytes,
    read_blob,
    record,
    staged_bytes,
    sync_blob,
)
from forge.core.errors import BytesDamaged, NotFound
from forge.core.models import Thread
from tests.forge.bucket import BUCKET

pytestmark = pytest.mark.django_db

Damage = Callable[[bytes], bytes]


def flipped(place: int) -> Damage:
    """Flips one bit of one byte."""

    def flip(data: bytes) -> bytes:
        changed = bytearray(data)
        changed[place] ^= 1
        return bytes(changed)

    return flip


DAMAGES: dict[str, Damage] = {
    "its first byte": flipped(0),
    "its last byte": flipped(-1),
    "cut short": lambda data: data[:-1],
    "nothing is left": lambda _: b"",
    "more follows": lambda data: data + b"more",
    "a chunk follows a flipped byte": lambda data: flipped(0)(data) + bytes(CHUNK),
}


@pytest.fixture(autouse=True, params=["folder", "bucket"])
def _store(request: pytest.FixtureRequest, settings: Any) -> None:
    if request.param == "bucket":
        settings.STORAGES = settings.STORAGES | {"blobs": BUCKET}


def damage(digest: str, how: Damage) -> None:
    """Damages a stored blob as a disk may."""
    storage, name = blob_storage(), blob_name(digest)
    with storage.open(name) as file:
        data = file.read()
    storage.delete(name)
    storage.save(name, ContentFile(how(data)))


def read_all(chunks: Iterator[bytes]) -> tuple[int, bool]:
    """Returns how many bytes came, and whether it ended as if that were all."""
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
    except BytesDamaged:
        return size, False
    return size, True


@pytest.mark.protects("uploads/damaged-bytes")
@pytest.mark.parametrize("how", DAMAGES.values(), ids=DAMAGES.keys())
def test_damaged_bytes_never_come_to_a_good_end(how: Damage) -> None:
    for size in (1, CHUNK, CHUNK + 1, 2 * CHUNK):
        digest = put_bytes(random.Random(size).randbytes(size)).digest
        damage(digest, how)
        opener: partial[IO[bytes]] = partial(open_blob, digest, size)
        for length in (None, size):
            came, is_good = read_all(read_chunks(opener, 0, length))
            assert (size, is_good) == (size, False)
            assert came < size
        with pytest.raises(BytesDamaged):
            read_blob(digest)
        with pytest.raises(BytesDamaged):
            open_intact(digest)


def test_whole_bytes_do() -> None:
    for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK):
        data = random.Random(size).randbytes(size)
        digest = put_bytes(data).digest
        assert b"".join(read_chunks(partial(open_blob, digest, size))) == data
        assert b"".join(read_chunks(partial(open_blob, digest, size), 0, size)) == data
        assert read_blob(digest) == data
        with open_intact(digest) as whole:
            whole.seek(size // 2)
            assert whole.read() == data[size // 2 :]
        with open_blob(digest) as once:
            assert b"".join(iter(partial(once.read, 1000), b"")) == data
    assert count_damaged() == 0


@pytest.mark.protects("uploads/damaged-bytes")
def test_operators_see_whose_bytes_are_damaged(caplog: pytest.LogCaptureFixture) -> None:
    owner = Thread.objects.create(subject="owner")
    digest = put_bytes(b"a model").digest
    link_blobs(owner, [digest], owner.pk)
    damage(digest, flipped(3))
    with caplog.at_level(logging.ERROR), pytest.raises(BytesDamaged):
        read_blob(digest)
    (message,) = [entry.getMessage() for entry in caplog.records if entry.levelno == logging.ERROR]
    assert digest in message
    assert f"core.thread {owner.pk} (organisation {owner.pk})" in message
    assert count_damaged() == 1


def test_bytes_that_are_put_again_are_whole_again() -> None:
    owner = Thread.objects.create(subject="owner")
    puts: tuple[Callable[[], object], ...] = (
        lambda: put_bytes(b"a text"),
        lambda: put_all([b"a text"], owner.pk),
        lambda: _staged(b"a text"),
    )
    digest = put_bytes(b"a text").digest
    link_blobs(owner, [digest], owner.pk)
    for put in puts:
        damage(digest, flipped(0))
        with pytest.raises(BytesDamaged):
            read_blob(digest)
        put()
        assert read_blob(digest) == b"a text"
        assert count_damaged() == 0


def _staged(data: bytes) -> None:
    with staged_bytes(data) as upload:
        record(upload)


def test_what_is_made_sure_of_looks_at_bytes_that_are_known_to_be_damaged() -> None:
    digest = put_bytes(b"a rune").digest
    damage(digest, flipped(0))
    with pytest.raises(BytesDamaged):
        read_blob(digest)
    with pytest.raises(NotFound):
        sync_blob(digest)


def test_what_another_process_put_in_place_of_damaged_bytes_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = put_bytes(b"a rune").digest
    damage(digest, flipped(0))
    with pytest.raises(BytesDamaged):
        read_blob(digest)

    def put_meanwhile(_: str) -> None:
        put_bytes(b"a rune")
        raise BytesDamaged

    monkeypatch.setattr("forge.core.blobs.store.open_blob", put_meanwhile)
    with pytest.raises(NotFound):
        sync_blob(digest)
    monkeypatch.undo()
    assert read_blob(digest) == b"a rune"


def test_a_part_is_compared_anew_when_the_file_is_another() -> None:
    digest = put_bytes(b"a model of many bytes").digest
    open_intact(digest).close()
    damage(digest, flipped(0))
    with pytest.raises(BytesDamaged):
        open_intact(digest)


@pytest.mark.protects("uploads/upload-times")
def test_the_time_of_a_put_tells_nothing_of_what_others_have() -> None:
    ours, theirs = Thread.objects.create(subject="ours"), Thread.objects.create(subject="theirs")
    digest = put_bytes(b"the same text").digest
    link_blobs(ours, [digest], ours.pk)
    # Damage that nobody saw yet shows who writes the bytes.
    damage(digest, flipped(0))
    put_all([b"the same text"], ours.pk)
    with blob_storage().open(blob_name(digest)) as file:
        assert file.read() != b"the same text"
    put_all([b"the same text"], theirs.pk)
    assert read_blob(digest) == b"the same text"


@pytest.mark.django_db(transaction=True)
def test_a_server_that_sends_in_threads_breaks_off_and_notes_it() -> None:
    digest = put_bytes(bytes(3 * CHUNK)).digest
    damage(digest, flipped(5))

    async def send() -> tuple[int, bool]:
        chunks: Any = chunks_for(AsyncRequestFactory().get("/"), partial(open_blob, digest, 3 * CHUNK), 0, 3 * CHUNK)
        size = 0
        try:
            async for chunk in chunks:
                size += len(chunk)
        except BytesDamaged:
            return size, False
        return size, True

    assert asyncio.run(send()) == (2 * CHUNK, False)
    assert count_damaged() == 1
