"""A registry in memory that answers over a real socket, and that can be told to lie. It is not Forge's registry."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

from tests.support.servers.listening import QuietHandler, listening, origin


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class SimulatedRegistry:
    """Answers by path; `seen` keeps each request's path and Authorization header, `pushed` the bodies by path."""

    address: str = ""
    token: str | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    pushed: dict[str, bytes] = field(default_factory=dict)
    push_answer: Answer = field(default_factory=lambda: Answer(201, b""))

    def publish(self, repository: str, tag: str, rune: bytes, **changes: Any) -> str:
        """Puts a rune under a tag and returns the manifest's digest. `changes` replace parts of the manifest."""
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.wasm.config.v0+json", "digest": digest_of(b"{}"), "size": 2},
            "layers": [
                {
                    "mediaType": "application/wasm",
                    "digest": digest_of(rune),
                    "size": len(rune),
                    "annotations": {"org.opencontainers.image.title": "keywords.rune"},
                }
            ],
            **changes,
        }
        body = json.dumps(manifest).encode()
        headers = {"Docker-Content-Digest": digest_of(body)}
        for version in (tag, digest_of(body)):
            self.answers[f"/v2/{repository}/manifests/{version}"] = Answer(200, body, headers)
        self.answers[f"/v2/{repository}/blobs/{digest_of(rune)}"] = Answer(200, rune)
        return digest_of(body)

    def answer(self, path: str, authorization: str | None) -> Answer:
        self.seen.append((path, authorization))
        if self.token is not None and authorization != f"Bearer {self.token}":
            return Answer(401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', {"WWW-Authenticate": 'Basic realm="forge"'})
        if path == "/v2/" and path not in self.answers:
            return Answer(200, b"{}")
        missing = Answer(404, b'{"errors":[{"code":"NAME_UNKNOWN","message":"repository unknown"}]}')
        return self.answers.get(path, missing)


class QuietServer(ThreadingHTTPServer):
    """Says nothing about clients that hang up, as one does that refuses a message."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def simulated_registry() -> Iterator[SimulatedRegistry]:
    registry = SimulatedRegistry()

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = registry.answer(self.path, self.headers["Authorization"])
            self.respond(answer.status, answer.body, answer.headers)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = registry.push_answer if self.path.startswith("/v2/") else Answer(501, b"")
            if answer.status == 201:
                registry.pushed[self.path] = body
            self.respond(answer.status, answer.body, answer.headers)

        do_PUT = do_POST

    with listening(QuietServer(("127.0.0.1", 0), Handler)) as server:
        registry.address = origin(server)
        yield registry
