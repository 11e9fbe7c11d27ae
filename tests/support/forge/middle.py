"""A server between a client and a deployment's documents: it stores what it sees, and an attack is what it answers."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import pytest

from forge.deployments.updates.documents import (
    DocumentSet,
    ServedTarget,
    SigningPair,
    deployment_documents,
    make_pair,
    root_document,
)
from forge.deployments.updates.models import UpdateRole
from tests.support.forge.interference import LOGIN_PAGE, LOGIN_PATH, AnsweredRequests, Interference
from tests.support.runes import wat_runes
from tests.support.servers.listening import QuietHandler, http_server

RUNE = wat_runes.mirror(5, 2, "u8[2]")
NEWER = RUNE + b"\x00\x03\x01xy"
EVIL = RUNE + b"\x00\x03\x01ev"
ADDRESS = "/d/acme/kitchen/boards"
FOR_PAGES = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Date"}
"""Headers with which pages of other sites may read an answer."""


def make_keys() -> list[SigningPair]:
    """The keys of an organisation: three of the root, and one of each other role."""
    roles = [UpdateRole.ROOT, *UpdateRole]
    return [make_pair(role) for role in (UpdateRole.ROOT, *roles)]


@dataclass
class Publisher:
    """Signs as the signer of a server does, at a time that a test says."""

    keys: list[SigningPair] = field(default_factory=make_keys)
    roots: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.roots:
            self.roots = [root_document(self.keys, 1, datetime.now(UTC))[0]]

    def release(
        self, rune: bytes, number: int, name: str = "acme/kitchen/boards", now: datetime | None = None
    ) -> DocumentSet:
        """The documents of a release."""
        now = now or datetime.now(UTC)
        digest = f"sha256:{hashlib.sha256(rune).hexdigest()}"
        since = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
        target = ServedTarget(name, digest, len(rune), number, f"1.{number}", since)
        return deployment_documents([target], {pair.role: pair for pair in self.keys}, 100 + number, now)

    def replace_keys(self, keys: list[SigningPair] | None = None) -> None:
        """All keys are new from the next root on, which the former root signs."""
        former, self.keys = self.keys, keys or make_keys()
        self.roots.append(root_document(self.keys, len(self.roots) + 1, datetime.now(UTC), former)[0])


@dataclass
class Middle:
    """Answers by path, and writes down who asked. Its clock says what a test wants."""

    address: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    """Addresses to which paths lead by a redirect."""
    requested: list[str] = field(default_factory=list)
    date: datetime | None = None
    stalled: set[str] = field(default_factory=set)
    """Paths whose answers break off in the middle while the connection stays open."""
    ended: threading.Event = field(default_factory=threading.Event)
    interference: Interference | None = None
    """The answers in the server's place; None for those of the server."""

    @property
    def url(self) -> str:
        return f"{self.address}{ADDRESS}"

    def serve(self, documents: DocumentSet, rune: bytes, publisher: Publisher) -> None:
        """A release as the honest server has it."""
        self.serve_roots(publisher)
        self.serve_documents(documents.version, documents.texts)
        self.answers[f"{ADDRESS}/sha256:{hashlib.sha256(rune).hexdigest()}"] = rune

    def serve_unsigned(self, rune: bytes, number: int, **changes: Any) -> None:
        """A release as the honest server names it at the deployment's address, where `changes` are not honest."""
        digest = f"sha256:{hashlib.sha256(rune).hexdigest()}"
        about = {"digest": digest, "size": len(rune), "url": f"{self.url}/{digest}"} | changes
        since = "2026-01-01T00:00:00+00:00"
        body = {"deployment": "boards", "version": f"1.{number}", "release": number, "since": since, "rune": about}
        self.answers |= {ADDRESS: json.dumps(body).encode(), f"{ADDRESS}/{digest}": rune}

    def serve_roots(self, publisher: Publisher) -> None:
        for number, root in enumerate(publisher.roots, start=1):
            self.answers[f"{ADDRESS}/tuf/{number}.root.json"] = root.encode()

    def serve_documents(self, version: int, texts: Mapping[UpdateRole, str]) -> None:
        """Documents of any state, under the names that the timestamp leads to."""
        for role, text in texts.items():
            name = "timestamp.json" if role is UpdateRole.TIMESTAMP else f"{version}.{role.value}.json"
            self.answers[f"{ADDRESS}/tuf/{name}"] = text.encode()


@contextmanager
def running(context: ssl.SSLContext | None = None) -> Iterator[Middle]:
    """A server on this computer, until the block ends. Over TLS where a context is passed."""
    middle = Middle()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            middle.requested.append(self.path)
            missing = (404, b'{"name": "document-unknown", "detail": "There is no such document."}')
            default = (200, middle.answers[self.path]) if self.path in middle.answers else missing
            status, body = middle.statuses.get(self.path, default)
            is_json = self.path.endswith(".json") or body[:1] in (b"{", b"[")
            kind = "application/json" if is_json else "application/octet-stream"
            between = middle.interference
            if between is not None and (between.place is AnsweredRequests.ALL or body == NEWER):
                self.interfere(between, body)
            elif self.path in middle.moved:
                self.respond(307, headers=FOR_PAGES | {"Location": middle.moved[self.path]})
            elif self.path in middle.stalled:
                self.stall(body, FOR_PAGES | {"Content-Type": kind})
            else:
                self.respond(status, body, FOR_PAGES | {"Content-Type": kind})

        def interfere(self, between: Interference, body: bytes) -> None:
            self.close_connection = True
            if self.path == LOGIN_PATH:
                self.respond(200, LOGIN_PAGE, FOR_PAGES | {"Content-Type": "text/html"})
                return
            if between.is_cut:
                return
            names = {"port": urlsplit(middle.address).port, "path": self.path}
            body = body if between.is_served else between.body
            headers = FOR_PAGES | {name: value.format(**names) for name, value in between.headers.items()}
            self.send_response(between.status)
            for name, value in headers.items():
                self.send_header(name, value)
            if between.status != HTTPStatus.NO_CONTENT:
                self.send_header("Content-Length", str(len(body) + between.missing_bytes))
            self.end_headers()
            self.wfile.write(body)

        def stall(self, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            middle.ended.wait()

        def do_OPTIONS(self) -> None:  # noqa: N802  the name is of the library
            middle.requested.append(self.path)
            self.respond(204, headers=FOR_PAGES | {"Access-Control-Allow-Headers": "x-api-key"})

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(middle.date.timestamp() if middle.date else timestamp)

    with http_server(Handler, context) as middle.address:
        try:
            yield middle
        finally:
            middle.ended.set()


@pytest.fixture
def middle() -> Iterator[Middle]:
    with running() as server:
        yield server


@pytest.fixture
def publisher(middle: Middle) -> Publisher:
    """The organisation, whose first release the server has."""
    publisher = Publisher()
    middle.serve(publisher.release(RUNE, 1), RUNE, publisher)
    return publisher
