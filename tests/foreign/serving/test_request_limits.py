"""A stranger who sends a thousand half requests to a server with 1,024 descriptors changes nothing for others."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.foreign.serving.attacks import Attack, idle_connections, slow_headers, unfinished_posts
from tests.support.patience import PATIENCE
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

MEGABYTE = 1_000_000
PROJECT = "workshop/kitchen"


class _LimitedServer(LiveServer):
    descriptors = 1024


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with _LimitedServer(tmp_path_factory.mktemp("door") / "data") as server:
        organisation, name = PROJECT.split("/")
        server.api("POST", "projects", json={"organisation": organisation, "name": name})
        yield server


@pytest.fixture(scope="module", autouse=True)
def slow(live: LiveServer) -> Iterator[Attack]:
    """Slow headers that begin before the other attacks, so that nobody has to wait for their end."""
    with slow_headers(live.port, 20) as attack:
        assert attack.open() == 20
        yield attack


ASKS = bytes([0, 0, 1, 0])
"""The first message of a stock client: it has nothing, and asks for all."""


def others_work(live: LiveServer) -> None:
    """A health check, a page, an upload and a socket of someone else, on connections of their own."""
    with httpx.Client(base_url=live.address, timeout=PATIENCE, trust_env=False, cookies=live.http.cookies) as http:
        assert http.get("/healthz").text == "ok\n"
        assert "kitchen" in http.get(f"/{PROJECT}", follow_redirects=True).raise_for_status().text
        headers = {"X-CSRFToken": live.http.cookies["csrftoken"], "Referer": live.address}
        path = f"/api/v1/projects/{PROJECT}/files/large.bin"
        headers |= {"If-Match": etag} if (etag := http.head(path).headers.get("ETag")) else {}
        assert http.put(path, content=secrets.token_bytes(3 * MEGABYTE), headers=headers).status_code == 200
    cookies = "; ".join(f"{name}={value}" for name, value in live.http.cookies.items())
    address = f"{live.address.replace('http', 'ws', 1)}/ws/projects/{PROJECT}/collab"
    with connect(address, origin=Origin(live.address), additional_headers={"Cookie": cookies}) as socket:
        socket.send(ASKS)
        assert socket.recv(timeout=PATIENCE)


def resident(live: LiveServer) -> int:
    """Bytes of memory that the server has."""
    for line in Path(f"/proc/{live.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no such process")


@pytest.mark.slow
@pytest.mark.protects("availability/large-bodies")
@pytest.mark.parametrize(("count", "size"), [(10, 60 * MEGABYTE), (300, 2 * MEGABYTE)])
def test_no_body_of_a_stranger_is_taken_in(live: LiveServer, count: int, size: int) -> None:
    others_work(live)
    before = resident(live)
    with unfinished_posts(live.port, count, size) as attack:
        sent_bytes = attack.send_on(size - 1)
        others_work(live)
        # A request that fits into the system's own buffers of a connection is sent before the answer is read.
        assert sent_bytes < count * size / 3, f"{sent_bytes} bytes of {count * size}"
        assert resident(live) - before < 50 * MEGABYTE


@pytest.mark.protects("availability/idle-connections")
@pytest.mark.parametrize("begin", [idle_connections, slow_headers])
def test_connections_on_which_no_request_comes_change_nothing_for_others(live: LiveServer, begin: object) -> None:
    assert callable(begin)
    attack: Attack
    with begin(live.port, 1100) as attack:
        others_work(live)
        assert attack.open() < 300
    others_work(live)


@pytest.mark.protects("availability/endless-headers")
def test_headers_that_do_not_end_are_waited_for_a_moment(slow: Attack) -> None:
    assert slow.until_open(0, seconds=15) == 0
