"""`rune.Deployment` against a server that answers what a test says: what it refuses, what it stores, and what it does
while the server is away."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import rune
from rune import Deployment, DeploymentError
from rune.tools.signing.bundles import sign_statement
from rune.tools.signing.keys import Algorithm, PrivateKey, make_private_key
from rune.tools.signing.statements import Statement, Subject, write_statement
from tests.support.runes import wat_runes
from tests.support.servers.listening import QuietHandler, http_server

KEY = "hf_dev_secret"
RUNE = wat_runes.mirror(5, 2, "u8[2]")
OTHER = wat_runes.mirror(5, 2, "u8[2]") + b"\x00\x03\x01xy"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass
class FakeServer:
    """Answers by path: a status and a body. It writes down the keys that it was sent."""

    address: str = ""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    keys: list[str | None] = field(default_factory=list)
    missing_bytes: int = 0
    """Bytes that an answer announces and does not send."""

    @property
    def url(self) -> str:
        return f"{self.address}/d/acme/kitchen/boards"

    def serve(self, data: bytes, release: int = 1, **changes: Any) -> None:
        """The deployment serves these bytes, or says something else of them."""
        path = f"/d/acme/kitchen/boards/{digest(data)}"
        about = {"digest": digest(data), "size": len(data), "url": f"{self.address}{path}"} | changes
        body = {
            "version": f"1.{release}",
            "release": release,
            "since": "2026-11-16T09:30:00+00:00",
            "rune": about,
        }
        self.answers = {"/d/acme/kitchen/boards": (200, json.dumps(body).encode()), path: (200, data)}

    def fail(self, status: int, body: dict[str, str] | None = None) -> None:
        self.answers["/d/acme/kitchen/boards"] = (status, json.dumps(body or {}).encode())

    def sign(self, data: bytes, key: PrivateKey, manifest_of: bytes | None = None) -> None:
        """The server has a signature of the bytes; or of others, by a manifest of theirs."""
        manifest = json.dumps({"layers": [{"digest": digest(manifest_of or data)}]}).encode()
        statement = Statement((Subject("acme/kitchen", digest(manifest)),), "https://slsa.dev/provenance/v1", {})
        bundle = json.loads(sign_statement(write_statement(statement), key))
        body = {"manifest": base64.b64encode(manifest).decode(), "bundles": [bundle]}
        self.answers[f"/d/acme/kitchen/boards/{digest(data)}/signatures"] = (200, json.dumps(body).encode())


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            fake.keys.append(self.headers["x-api-key"])
            status, body = fake.answers.get(self.path, (404, b"{}"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) + fake.missing_bytes))
            if body[:1] in (b"{", b"["):
                self.send_header("Content-Type", "application/json")
            if status == 302:
                self.send_header("Location", body.decode())
            self.end_headers()
            self.wfile.write(body)

    with http_server(Handler) as fake.address:
        yield fake


@pytest.fixture
def deployment(server: FakeServer, tmp_path: Path) -> Deployment:
    server.serve(RUNE)
    return Deployment(server.url, KEY, cache=tmp_path)


def name_of(deployment: Deployment) -> str:
    with pytest.raises(DeploymentError) as error:
        deployment.load()
    return error.value.name


def age_of(deployment: Deployment) -> timedelta | None:
    """A call, since a type checker believes that an attribute stays what it was."""
    return deployment.age


@pytest.mark.parametrize("url", ["http://forge.example/d/a/b/c", "ftp://forge.example/d/a/b/c", "file:///etc/passwd"])
@pytest.mark.protects("delivery/loaders")
def test_only_https_and_this_computer_are_asked(url: str) -> None:
    with pytest.raises(DeploymentError, match="not an https address"):
        Deployment(url, KEY)


@pytest.mark.protects("delivery/loaders")
def test_other_bytes_are_refused(server: FakeServer, deployment: Deployment, tmp_path: Path) -> None:
    server.answers[f"/d/acme/kitchen/boards/{digest(RUNE)}"] = (200, RUNE[:-1] + b"!")
    assert name_of(deployment) == "damaged"
    server.answers[f"/d/acme/kitchen/boards/{digest(RUNE)}"] = (200, RUNE + b"more")
    assert name_of(deployment) == "damaged"
    assert list(tmp_path.rglob("*.rune")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": "md5:1"},
        {"size": 0},
        {"size": 1 << 40},
        {"size": float("inf")},
        {"url": "https://else.example"},
        {"url": "http://["},
    ],
)
def test_an_answer_that_is_not_a_deployments_is_refused(
    server: FakeServer, deployment: Deployment, changes: dict[str, Any]
) -> None:
    server.serve(RUNE, **changes)
    assert name_of(deployment) == "refused"


@pytest.mark.parametrize("release", [float("inf"), float("nan"), "x"])
def test_a_release_that_is_no_number_is_refused(server: FakeServer, deployment: Deployment, release: Any) -> None:
    server.serve(RUNE, release)
    assert name_of(deployment) == "refused"


@pytest.mark.parametrize("status", [200, 403])
def test_an_answer_that_is_nested_too_deeply_is_refused(
    server: FakeServer, deployment: Deployment, status: int
) -> None:
    server.answers["/d/acme/kitchen/boards"] = (status, b"[" * 20_000)
    assert name_of(deployment) == "refused"


@pytest.mark.protects("delivery/loaders")
def test_the_key_goes_to_the_deployments_address_alone(server: FakeServer, deployment: Deployment) -> None:
    deployment.load()
    assert server.keys == [KEY, KEY], "the rune is below the address"
    server.keys.clear()
    place = "/d/acme/kitchen/boards-of-others/x"
    server.serve(OTHER, 2, url=f"{server.address}{place}")
    server.answers[place] = (200, OTHER)
    deployment.load()
    assert server.keys == [KEY, None]
    server.keys.clear()
    server.answers["/d/acme/kitchen/boards"] = (302, f"{server.address}/elsewhere".encode())
    server.keys.clear()
    deployment.load()
    assert age_of(deployment) is not None
    assert server.keys == [KEY], "a redirect is not followed"


@pytest.mark.protects("delivery/loaders")
def test_an_older_release_is_refused(server: FakeServer, deployment: Deployment) -> None:
    server.serve(RUNE, release=3)
    deployment.load()
    server.serve(OTHER, release=2)
    assert name_of(deployment) == "older"


def test_the_last_good_rune_is_used_while_the_server_is_away(server: FakeServer, deployment: Deployment) -> None:
    assert deployment.load()(bytes([1, 2])) is not None
    assert age_of(deployment) is None
    server.fail(502)
    later = deployment.load(now=lambda: 2_000_000_000.0)
    assert isinstance(later, rune.Rune)
    age = age_of(deployment)
    assert age is not None
    assert age > timedelta(days=1)
    assert deployment.served is not None
    assert deployment.served.version == "1.1"


@pytest.mark.protects("delivery/refusals")
def test_a_refusal_is_not_answered_from_the_folder(server: FakeServer, deployment: Deployment) -> None:
    deployment.load()
    server.fail(410, {"name": "version-withdrawn", "detail": "Withdrawn."})
    assert name_of(deployment) == "version-withdrawn"
    server.fail(403, {"name": "key-revoked", "detail": "Revoked."})
    assert name_of(deployment) == "key-revoked"


def test_a_server_whose_answer_drips_counts_as_away(
    server: FakeServer, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.load()
    # Even the first bytes come too late.
    monkeypatch.setattr("rune.running.deployment.server._SLOW_AFTER", -3600.0)
    assert isinstance(deployment.load(), rune.Rune)
    assert age_of(deployment) is not None


def test_half_an_answer_counts_as_a_server_that_is_away(tmp_path: Path) -> None:
    class Half(QuietHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

    with http_server(Half) as address:
        assert name_of(Deployment(f"{address}/d/a/b/c", KEY, cache=tmp_path)) == "server-away"


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_server_whose_body_breaks_off_counts_as_away(
    server: FakeServer, deployment: Deployment, status: int
) -> None:
    deployment.load()
    server.fail(status)
    server.missing_bytes = 100
    assert isinstance(deployment.load(), rune.Rune)
    assert age_of(deployment) is not None


@pytest.mark.protects("delivery/refusals")
def test_a_refusal_whose_body_breaks_off_is_not_answered_from_the_folder(
    server: FakeServer, deployment: Deployment
) -> None:
    deployment.load()
    server.fail(403, {"name": "key-revoked", "detail": "Revoked."})
    server.missing_bytes = 100
    assert name_of(deployment) == "refused"


def test_nothing_is_stored_of_a_server_that_never_answered(tmp_path: Path) -> None:
    deployment = Deployment("http://127.0.0.1:1/d/a/b/c", KEY, cache=tmp_path)
    with pytest.raises(DeploymentError, match="Nothing is stored") as error:
        deployment.load()
    assert error.value.name == "server-away"


def test_a_damaged_folder_is_as_none(server: FakeServer, deployment: Deployment, tmp_path: Path) -> None:
    deployment.load()
    (path,) = tmp_path.rglob("*.rune")
    path.write_bytes(b"half")
    server.fail(503)
    assert name_of(deployment) == "server-away"


def test_a_public_key_is_a_text_bytes_or_the_path_of_its_file(server: FakeServer, tmp_path: Path) -> None:
    key = make_private_key(next(iter(Algorithm)))
    file = tmp_path / "acme.pub"
    file.write_text(key.public.pem)
    server.serve(RUNE)
    server.sign(RUNE, key)
    for public_key in (key.public.pem, key.public.pem.encode(), str(file), file):
        assert Deployment(server.url, KEY, public_key=public_key, cache=tmp_path / "cache").load() is not None
    assert len(list((tmp_path / "cache").iterdir())) == 1, "one key is one trust"
    (tmp_path / "other.txt").write_text("no key")
    for public_key, message in (
        (tmp_path / "nowhere.pub", "neither a PEM text nor a file"),
        ("MCowBQYDK2Vw\0", "neither a PEM text nor a file"),
        (tmp_path / "other.txt", "not a PEM file"),
        (b"no key", "not a PEM text"),
    ):
        with pytest.raises(DeploymentError, match=message) as error:
            Deployment(server.url, KEY, public_key=public_key, cache=tmp_path)
        assert error.value.name == "signature-refused"


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.protects("delivery/unsigned")
def test_a_rune_without_a_signature_of_the_key_is_refused(
    server: FakeServer, tmp_path: Path, algorithm: Algorithm
) -> None:
    key = make_private_key(algorithm)
    server.serve(RUNE)
    deployment = Deployment(server.url, KEY, public_key=key.public.pem, cache=tmp_path)
    server.sign(RUNE, make_private_key(algorithm))
    assert name_of(deployment) == "signature-refused"
    server.sign(RUNE, key, manifest_of=OTHER)
    assert name_of(deployment) == "signature-refused"
    document = {"manifest": base64.b64encode(b"[" * 20_000).decode(), "bundles": []}
    server.answers[f"/d/acme/kitchen/boards/{digest(RUNE)}/signatures"] = (200, json.dumps(document).encode())
    assert name_of(deployment) == "signature-refused"
    server.sign(RUNE, key)
    assert deployment.load()(bytes([1, 2])) is not None
