"""A disk that is really full: whatever would write says so by name, what is read is answered, and it recovers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.clients.stock_yjs import StockClient
from tests.support.installations.small_disk import fill, small_disk
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

SIZE = 48 * 1024 * 1024
"""Bytes of the small disk."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, that is small."""
    with small_disk(tmp_path / "disk", SIZE) as folder:
        yield folder


def _write(live: LiveServer, path: str, **arguments: object) -> httpx.Response:
    headers = {"X-CSRFToken": live.http.cookies["csrftoken"], "Referer": live.address}
    method = "PUT" if "/files/" in path else "POST"
    if method == "PUT" and (etag := live.http.head(f"/api/v1/{path}").headers.get("ETag")):
        headers["If-Match"] = etag
    return live.http.request(method, f"/api/v1/{path}", headers=headers, **arguments)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.protects("uploads/full-disk", "registry/no-room")
def test_a_full_disk_is_said_by_name_and_room_is_used_when_it_is_there_again(disk: Path) -> None:
    (disk / "tmp").mkdir()
    with LiveServer(disk / "data", {"TMPDIR": str(disk / "tmp")}) as live:
        organisation = live.organisation()
        live.api("POST", "projects", json={"organisation": organisation, "name": "kitchen"})
        project = f"projects/{organisation}/kitchen"
        large = f"{project}/files/large.bin"
        push = {"Authorization": f"Bearer {live.token('registry:push')}"}
        with StockClient(live, f"{organisation}/kitchen") as client:
            client.until(synced=True)
            filler = fill(disk)
            assert os.statvfs(disk).f_bavail == 0
            for answer in (
                _write(live, large, content=b"\xff" + bytes(3_000_000)),
                _write(live, large, content=b"\xff" + bytes(30_000)),
                _write(live, "projects", json={"organisation": organisation, "name": "another"}),
            ):
                assert answer.status_code == 507, (answer.status_code, answer.text)
                assert answer.json()["title"] == "The server's disk is full"
                assert answer.headers["content-type"] == "application/problem+json"
            form = {"csrfmiddlewaretoken": live.http.cookies["csrftoken"], "organisation": organisation, "name": "more"}
            page = live.http.post("/new", data=form, headers={"Referer": live.address})
            assert (page.status_code, "disk is full" in page.text) == (507, True)
            upload = f"/v2/{organisation}/kitchen/blobs/uploads/?digest=sha256:{'0' * 64}"
            response = live.http.post(upload, headers=push, content=bytes(3_000_000))
            (error,) = response.json()["errors"]
            assert (response.status_code, error["code"]) == (507, "UNAVAILABLE")
            assert "The disk of the registry's server is full" in error["message"]
            assert live.http.get("/healthz").text == "ok\n"
            assert live.http.get(f"/{organisation}").status_code == 200
            assert list((disk / "data" / "blobs" / "incoming").iterdir()) == []
            text = client.type("# typed while the disk is full\n")
            filler.unlink()
            assert _write(live, large, content=b"\xff" + bytes(3_000_000)).status_code == 200
            assert _write(live, f"{project}/builds").status_code == 202
            client.until(synced=True, text=text)
            live.until(lambda: live.http.get(f"/api/v1/{project}/files/Runefile.yml").text == text)
