"""A registry over HTTP whose answers a test decides, and that notes what it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer

from tests.support.clients.registry_client import sha
from tests.support.servers.listening import QuietHandler, listening, origin


@dataclass(frozen=True)
class CannedAnswer:
    """An answer of the registry."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NotedRequest:
    """A request that came."""

    method: str
    path: str
    authorization: str


Answering = Callable[[NotedRequest], CannedAnswer | None]
"""Returns the answer to a request; None for 404."""


@dataclass
class CannedRegistry:
    """A running registry."""

    origin: str
    answering: Answering
    requests: list[NotedRequest] = field(default_factory=list)


@contextmanager
def canned_registry(answering: Answering) -> Iterator[CannedRegistry]:
    """A registry on this machine that answers like this, until the end of the block."""

    class Handler(QuietHandler):
        def _answer(self) -> None:
            self.body()
            request = NotedRequest(self.command, self.path, self.headers.get("Authorization", ""))
            registry.requests.append(request)
            answer = registry.answering(request) or CannedAnswer(404)
            self.respond(answer.status, answer.body, answer.headers)

        do_GET = do_HEAD = do_POST = do_PUT = _answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registry = CannedRegistry(origin(server), answering)
    with listening(server):
        yield registry


def having(manifests: Mapping[str, bytes], *blobs: bytes, media_type: str) -> Answering:
    """Answers as a registry with these manifests, by tag or digest, and these blobs."""
    by_digest = {sha(each): each for each in blobs}

    def answer(request: NotedRequest) -> CannedAnswer | None:
        name = request.path.rpartition("/")[2]
        if "/manifests/" in request.path and name in manifests:
            data = manifests[name]
            return CannedAnswer(200, data, {"Content-Type": media_type, "Docker-Content-Digest": sha(data)})
        if "/blobs/" in request.path and name in by_digest:
            return CannedAnswer(200, by_digest[name])
        return None

    return answer
