"""Blobs larger than one request may be go to the disk as they come, in flat memory, and go on after kill -9."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.support.clients.streaming import (
    MEGABYTE,
    BlobClient,
    digest_of,
    megabytes,
    push_and_pull_in_flat_memory,
)
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.slow]

MORE_THAN_BUFFERS = 16
"""Megabytes: more than both ends of a connection buffer, so that the server is reading once they are sent."""
MOST_GROWTH = 32 * MEGABYTE
"""Bytes of memory that one push or pull may add, whatever its size: less than half of the smallest push here."""


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose requests have at most 2 MB, except pushes."""
    with LiveServer(tmp_path_factory.mktemp("limited") / "data", {"UPLOAD_LIMIT": str(2 * MEGABYTE)}) as live:
        yield live


@pytest.fixture(scope="module")
def repository(limited: LiveServer) -> str:
    organisation = limited.organisation()
    limited.api("POST", "projects", json={"organisation": organisation, "name": "door", "template": "sine"})
    return f"{organisation}/door"


@pytest.fixture
def client(limited: LiveServer, repository: str) -> Iterator[BlobClient]:
    with BlobClient(limited, repository) as client:
        yield client


@pytest.fixture
def other(limited: LiveServer, repository: str) -> Iterator[BlobClient]:
    with BlobClient(limited, repository) as client:
        yield client


@pytest.mark.protects("registry/streamed-pushes")
def test_200_megabytes_at_once_and_in_chunks_take_no_memory(limited: LiveServer, repository: str) -> None:
    growth = push_and_pull_in_flat_memory(limited, repository, 200, 16)
    assert {name: size for name, size in growth.items() if size > MOST_GROWTH} == {}


def test_other_requests_keep_their_limit(limited: LiveServer, repository: str) -> None:
    headers = {"X-CSRFToken": limited.http.cookies["csrftoken"], "Referer": limited.address}
    address = f"/api/v1/projects/{repository}/files/large.bin"
    assert limited.http.put(address, content=bytes(3 * MEGABYTE), headers=headers).status_code == 413


def test_a_push_over_the_quota_is_refused_before_its_first_byte(limited: LiveServer, client: BlobClient) -> None:
    """The client says that it waits for the server's word, and gets the refusal in its place."""
    address = f"/v2/{client.repository}/blobs/uploads/?digest=sha256:{'0' * 64}"
    request = (
        f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1:{limited.port}\r\nExpect: 100-continue\r\n"
        f"Authorization: {client.http.headers['Authorization']}\r\nContent-Length: {10**15}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", limited.port), timeout=30) as connection:
        connection.sendall(request.encode())
        answer = connection.recv(65536).decode()
        assert answer.startswith("HTTP/1.1 403"), answer
        while piece := connection.recv(65536):
            answer += piece.decode()
    assert "The organisation may store" in answer


class _StopSignal(Exception):
    """The client was pulled off the network."""


def _some_then_none(count: int) -> Iterator[bytes]:
    yield from megabytes(count)
    raise _StopSignal


def _received(client: BlobClient, location: str) -> int:
    """Returns how many bytes the server says that it has."""
    progress = client.http.get(location)
    assert progress.status_code == 204, progress.text
    last = int(progress.headers["Range"].partition("-")[2])
    return last + 1 if last else 0


def _send_rest(client: BlobClient, location: str, count: int) -> None:
    """Sends what the server does not have yet, and ends the upload."""
    whole, have = b"".join(megabytes(count)), _received(client, location)
    headers = {"Content-Range": f"{have}-{len(whole) - 1}"}
    part = client.http.patch(location, content=whole[have:], headers=headers)
    assert part.status_code == 202, part.text
    digest = f"sha256:{sha256(whole).hexdigest()}"
    assert client.http.put(location, params={"digest": digest}).status_code == 201
    assert client.pulled_digest(digest) == (digest, len(whole))


def test_what_came_before_a_broken_connection_stays(limited: LiveServer, client: BlobClient) -> None:
    location = client.begin()
    with pytest.raises(_StopSignal):
        client.http.patch(location, content=_some_then_none(3), headers={"Content-Length": str(20 * MEGABYTE)})
    limited.until(lambda: _received(client, location) >= 2 * MEGABYTE)
    _send_rest(client, location, 20)


def test_an_upload_goes_on_after_kill_9_in_the_middle_of_a_request(tmp_path: Path) -> None:
    with LiveServer(tmp_path / "data") as live:
        organisation = live.organisation()
        live.api("POST", "projects", json={"organisation": organisation, "name": "door", "template": "sine"})
        repository = f"{organisation}/door"
        with BlobClient(live, repository) as client, BlobClient(live, repository) as other:
            location = client.begin()

            def until_it_is_killed() -> Iterator[bytes]:
                for number, megabyte in enumerate(megabytes(100)):
                    yield megabyte
                    if number == 80:
                        live.until(lambda: _received(other, location))
                        live.kill()

            with pytest.raises(httpx.TransportError):
                client.http.patch(location, content=until_it_is_killed())
            live.start()
            have = _received(client, location)
            assert 32 * MEGABYTE <= have < 100 * MEGABYTE
            _send_rest(client, location, 100)
        assert list((tmp_path / "data" / "blobs" / "parts").iterdir()) == []


@pytest.mark.protects("registry/streamed-pushes")
@pytest.mark.parametrize("before", [b"first", b""], ids=["behind other bytes", "before any byte is safe"])
def test_two_requests_at_once_do_not_mix_one_upload(before: bytes, client: BlobClient, other: BlobClient) -> None:
    location = client.begin()
    if before:
        client.http.patch(location, content=before).raise_for_status()

    def while_it_comes() -> Iterator[bytes]:
        yield from megabytes(MORE_THAN_BUFFERS)
        assert other.http.put(location, params={"digest": digest_of(2)}).status_code == 503
        assert other.http.patch(location, content=b"more").status_code == 503
        yield b"last"

    assert client.http.patch(location, content=while_it_comes()).status_code == 202
    whole = b"".join([before, *megabytes(MORE_THAN_BUFFERS), b"last"])
    digest = f"sha256:{sha256(whole).hexdigest()}"
    assert client.http.put(location, params={"digest": digest}).status_code == 201


def test_an_upload_that_is_cancelled_while_it_comes_ends(client: BlobClient, other: BlobClient) -> None:
    location = client.begin()
    client.http.patch(location, content=b"first").raise_for_status()

    def until_it_is_cancelled() -> Iterator[bytes]:
        yield from megabytes(1)
        assert other.http.delete(location).status_code == 204
        yield from megabytes(1)

    assert client.http.patch(location, content=until_it_is_cancelled()).status_code == 404
    assert client.http.get(location).status_code == 404
