"""Blobs of a gigabyte in flat memory, in a folder and in an S3 store, to which the server can send its clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.proof.servers.test_services_of_compose import keys, s3_store
from tests.support.clients.streaming import MEGABYTE, BlobClient, push_and_pull_in_flat_memory
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.proof

Record = Callable[[str, object], None]
MOST_GROWTH = 32 * MEGABYTE
MOST_GROWTH_BY_S3 = 96 * MEGABYTE
"""Bytes: boto3 sends a piece in several parts at once."""


def new_repository(live: LiveServer) -> str:
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "door", "template": "sine"})
    return f"{organisation}/door"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[dict[str, str]]:
    with s3_store(tmp_path) as store:
        yield store


@pytest.mark.protects("registry/streamed-pushes")
def test_a_gigabyte_comes_and_goes_in_flat_memory(tmp_path: Path, record_property: Record) -> None:
    with LiveServer(tmp_path / "data") as live:
        growth = push_and_pull_in_flat_memory(live, new_repository(live), 1000, 64)
    record_property("A push or pull of 1 GB adds at most", f"{max(growth.values()) / MEGABYTE:.0f} MB")
    assert {name: size for name, size in growth.items() if size > MOST_GROWTH} == {}


def test_a_bucket_takes_and_gives_blobs_in_flat_memory(tmp_path: Path, store: dict[str, str]) -> None:
    with LiveServer(tmp_path / "data", store) as live:
        repository = new_repository(live)
        growth = push_and_pull_in_flat_memory(live, repository, 200, 16)
        assert {name: size for name, size in growth.items() if size > MOST_GROWTH_BY_S3} == {}
        with BlobClient(live, repository) as client:
            resumed_in_a_bucket(live, client)
    assert [key for key in keys(store) if "/parts/" in key] == [], "nothing is left of the uploads"


def resumed_in_a_bucket(live: LiveServer, client: BlobClient) -> None:
    """Parts from before a kill stay in the bucket, which joins them."""
    location = client.begin()
    for number in range(3):
        content = bytes([number]) * 6 * MEGABYTE
        assert client.http.patch(location, content=content).status_code == 202
        live.kill()
        live.start()
    digest = "sha256:2d8d9c1d1c5dd1cd0bc8b5ad5f5d4cd0ad1cfbe2d2ac5e1a7a4ff4ed9d3a8d5f"
    response = client.http.put(location, params={"digest": digest})
    assert response.status_code == 400, "the digest is compared with what came before the kills"
    assert response.json()["errors"][0]["code"] == "DIGEST_INVALID"


@pytest.mark.protects("registry/sent-by-store")
def test_a_client_gets_a_blob_from_the_store_that_the_server_allowed(tmp_path: Path, store: dict[str, str]) -> None:
    with LiveServer(tmp_path / "data", store | {"BLOB_SENDER": "store"}) as live:
        repository = new_repository(live)
        with BlobClient(live, repository) as client:
            digest = client.push_at_once(3)
            address = f"/v2/{repository}/blobs/{digest}"
            redirect = client.http.get(address)
            assert (redirect.status_code, redirect.headers["Docker-Content-Digest"]) == (307, digest)
            there = redirect.headers["Location"]
            assert there.startswith(store["S3_URL"].removeprefix("s3+"))
            assert "X-Amz-Signature" in there or "Signature=" in there
            assert client.pulled_digest(digest) == (digest, 3 * MEGABYTE)
            part = httpx.get(there, headers={"Range": "bytes=0-99"}, trust_env=False)
            assert (part.status_code, len(part.content)) == (206, 100)
            head = client.http.head(address)
            assert (head.status_code, head.headers["Content-Length"]) == (200, str(3 * MEGABYTE))
            assert httpx.get(f"{live.address}{address}", trust_env=False).status_code == 401
