"""Bytes that come in several requests: safe piece by piece, in a folder and elsewhere, and joined to one blob."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from forge.core.blobs import parts as parts_of_blobs
from forge.core.blobs.parts import (
    BlobPart,
    PartInUse,
    WrongDigest,
    delete_parts,
    first_part,
    join_parts,
    measure_parts,
    require_unused,
    store_pieces,
    writing,
)
from forge.core.blobs.store import blob_storage, read_blob
from forge.core.errors import NotFound
from rune.digests import digest_of
from tests.forge.bucket import BUCKET

pytestmark = pytest.mark.django_db(transaction=True)

CHUNKS = [bytes([number]) * 300 for number in range(10)]
DATA = b"".join(CHUNKS)


class _Interrupted(Exception):
    """The upload broke off."""


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(parts_of_blobs, "PIECE", 1000)
    monkeypatch.setattr(parts_of_blobs, "LEAST_PIECE", 500)
    if request.param == "bucket":
        settings.STORAGES = settings.STORAGES | {"blobs": BUCKET}
    return str(request.param)


def nobody_else() -> None:
    """Confirms that nothing was written meanwhile."""


def stored(chunks: Iterator[bytes], parts: list[BlobPart], upload: UUID | None = None) -> list[BlobPart]:
    """The parts after some chunks came, as an upload keeps them."""
    try:
        for piece in store_pieces(chunks, upload or uuid4(), parts[-1] if parts else None, nobody_else):
            parts = [*(part for part in parts if part.name != piece.replaces), piece.part]
    except _Interrupted:
        pass
    return parts


def broken(chunks: list[bytes]) -> Iterator[bytes]:
    yield from chunks
    raise _Interrupted


def test_pieces_are_joined_in_their_order(store: str) -> None:
    parts = stored(iter(CHUNKS), [])
    assert len(parts) == (1 if store == "folder" else 3)
    assert read_blob(join_parts(parts, digest_of(DATA)).digest) == DATA
    delete_parts(part.name for part in parts)
    assert read_blob(digest_of(DATA)) == DATA


def test_what_came_before_an_interruption_is_kept_and_gone_on_with(store: str) -> None:
    parts = stored(broken(CHUNKS[:1]), [])
    assert sum(part.size for part in parts) == 300
    parts = stored(broken(CHUNKS[1:6]), parts)
    assert sum(part.size for part in parts) == 1800
    parts = stored(iter(CHUNKS[6:]), parts)
    assert all(part.size >= 500 for part in parts[:-1]), "a small piece is written anew with what follows it"
    sha512 = measure_parts(parts, ["sha512"])["sha512"]
    assert sha512 == f"sha512:{hashlib.sha512(DATA).hexdigest()}"
    assert read_blob(join_parts(parts, digest_of(DATA)).digest) == DATA


def test_no_bytes_leave_no_part(store: str) -> None:
    assert stored(iter([]), []) == []
    assert stored(broken([]), []) == []
    assert read_blob(join_parts([], digest_of(b"")).digest) == b""


def test_a_part_that_is_gone_is_named(store: str) -> None:
    parts = stored(iter(CHUNKS), [])
    delete_parts(part.name for part in parts)
    with pytest.raises(NotFound):
        join_parts(parts, digest_of(DATA))
    with pytest.raises(NotFound):
        measure_parts(parts, ["sha256"])


def test_several_files_with_another_digest_become_no_blob_of_it(store: str) -> None:
    parts = [*stored(iter(CHUNKS), []), *stored(iter(CHUNKS), [])]
    with pytest.raises(WrongDigest):
        join_parts(parts, digest_of(DATA))


def test_what_was_written_after_the_last_safe_piece_is_written_again(settings: Any) -> None:
    parts = stored(iter(CHUNKS[:5]), [])
    with Path(blob_storage().path(parts[0].name)).open("ab") as file:
        file.write(b"a crash came before this was safe")
    parts = stored(iter(CHUNKS[5:]), parts)
    assert read_blob(join_parts(parts, digest_of(DATA)).digest) == DATA


@pytest.mark.protects("registry/streamed-pushes")
def test_a_file_is_written_by_one_request_at_a_time_and_by_none_once_it_is_a_blob(settings: Any) -> None:
    parts = stored(iter(CHUNKS), [])
    with writing(parts[0]):
        with pytest.raises(PartInUse):
            stored(iter([b"more"]), parts)
        with pytest.raises(PartInUse):
            join_parts(parts, digest_of(DATA))
    join_parts(parts, digest_of(DATA))
    with pytest.raises(PartInUse):
        stored(iter([b"more"]), parts)
    assert read_blob(digest_of(DATA)) == DATA


@pytest.mark.protects("registry/streamed-pushes")
def test_the_first_bytes_of_an_upload_are_seen_before_any_of_them_is_safe(settings: Any) -> None:
    upload = uuid4()
    require_unused(upload, [])

    def while_they_come() -> Iterator[bytes]:
        with pytest.raises(PartInUse):
            require_unused(upload, [])
        with pytest.raises(PartInUse):
            stored(iter([b"of another request"]), [], upload)
        yield DATA

    parts = stored(while_they_come(), [], upload)
    assert [part.name for part in parts] == [first_part(upload).name]
    require_unused(upload, parts)
    assert read_blob(join_parts(parts, digest_of(DATA)).digest) == DATA


def test_what_a_crash_left_of_the_first_bytes_is_written_over(settings: Any) -> None:
    upload = uuid4()
    path = Path(blob_storage().path(first_part(upload).name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a crash came before this was safe" * 100)
    parts = stored(iter([DATA]), [], upload)
    assert read_blob(join_parts(parts, digest_of(DATA)).digest) == DATA
