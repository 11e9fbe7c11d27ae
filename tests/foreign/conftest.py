"""A server that all tests with stock clients share, with one project that was built and published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.servers.live_server import LiveServer


@dataclass(frozen=True)
class PullableRune:
    """A rune in the registry: `organisation/name`, its tag, its bytes and a token that may pull it."""

    repository: str
    tag: str
    rune: bytes
    token: str


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("live") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def release(live: LiveServer) -> PullableRune:
    repository = f"{live.organisation()}/first"
    live.api("POST", "projects", json={"organisation": repository.split("/")[0], "name": "first", "template": "sine"})
    build = live.build(repository)
    assert build["state"] == "succeeded", build
    live.publish(repository, build["id"], "1.0")
    rune = live.http.get(build["rune_url"]).content
    return PullableRune(repository, "1.0", rune, live.token("registry"))
