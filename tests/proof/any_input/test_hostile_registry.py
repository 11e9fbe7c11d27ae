"""100,000 hostile requests to the registry: errors of the protocol, and what is published stays as it was."""

from __future__ import annotations

import http.client
import json
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.clients.streaming import BlobClient
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.proof

REQUESTS = int(os.environ.get("HOSTILE_REQUESTS", "100000"))
METHODS = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
TARGETS = ("manifests/", "blobs/", "blobs/uploads/", "referrers/", "tags/list", "", "manifests", "_catalog")
REFERENCES = (
    "latest", "1.0", "sha256:" + "0" * 64, "sha512:" + "f" * 128, "sha256:" + "A" * 64, "sha256:", "md5:" + "0" * 32,
    "..", "%2e%2e", "%00", "a" * 129, "sha256-" + "0" * 64, "00000000-0000-0000-0000-000000000000", "", "%ff%fe",
    "-", "'; DROP TABLE registry_tag; --", "1.0/../../x", "\N{SNOWMAN}",
)  # fmt: skip
QUERIES = (
    "", "?n=0", "?n=-1", "?n=1e9", "?n=99999999999999", "?last=%00", "?digest=sha256:" + "0" * 64, "?digest=x",
    "?mount=sha256:" + "0" * 64 + "&from=..%2f..", "?artifactType=%0d%0aX:1", "?tag=a&tag=b", "?skip=-5",
    "?digest-algorithm=md5",
)  # fmt: skip
HEADERS: tuple[tuple[str, str], ...] = (
    ("Range", "bytes=5-1"), ("Range", "bytes=0-99999999999999999999"), ("Content-Range", "9-1"),
    ("Content-Range", "0-18446744073709551616"), ("Content-Type", "text/html"), ("Content-Type", "a" * 3000),
    ("Accept", "*/*;q=x"), ("Authorization", "Basic !!!"), ("Authorization", "Bearer " + "x" * 500),
    ("If-Match", "*"), ("X-HTTP-Method-Override", "DELETE"),
)  # fmt: skip
BODIES = (
    b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 5000, b'{"schemaVersion":2,"layers":' + b"[" * 3000,
    b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"sha256:'
    + b"0" * 64 + b'","size":-1,"mediaType":""},"layers":[]}',
    b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"digest":5}]}',
    b'{"schemaVersion":1e400}', random.Random(0).randbytes(200),
)  # fmt: skip


class _Attacker:
    """Sends requests over one connection, opened again where the server closes it."""

    def __init__(self, live: LiveServer, repository: str, token: str, seed: int) -> None:
        self._live, self._repository, self._token = live, repository, token
        self._random = random.Random(seed)
        self._connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=60)

    def request(self) -> tuple[str, int, str, bytes]:
        """Sends one; returns what it was, and the status, type and body of its answer."""
        choice = self._random.choice
        method = choice(METHODS)
        repository = choice((self._repository,) * 3 + ("no/such", "..", "a" * 300, f"{self._repository}/blocks/x"))
        reference = choice(REFERENCES)
        path = f"/v2/{repository}/{choice(TARGETS)}{reference}{choice(QUERIES)}"
        path = path.encode("ascii", "replace").decode().replace(" ", "%20")
        headers = dict(self._random.sample(HEADERS, self._random.randint(0, 3)))
        if self._random.random() < 0.7:
            headers["Authorization"] = f"Bearer {self._token}"
        data = choice(BODIES) if method in ("PUT", "POST", "PATCH", "DELETE") else b""
        for attempt in (1, 2):
            try:
                self._connection.request(method, path, data, headers)
                answer = self._connection.getresponse()
                body = answer.read()
                return f"{method} {path} {headers}", answer.status, answer.headers.get("Content-Type", ""), body
            except (http.client.HTTPException, OSError):
                self._connection.close()
                if attempt == 2:
                    raise
        raise AssertionError("one of the attempts returns")

    def close(self) -> None:
        self._connection.close()


@pytest.mark.protects("registry/hostile-requests")
def test_hostile_requests_get_errors_of_the_protocol_and_change_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with LiveServer(tmp_path / "data") as live:
        organisation = live.organisation()
        live.api("POST", "projects", json={"organisation": organisation, "name": "door", "template": "sine"})
        repository = f"{organisation}/door"
        live.publish(repository, live.build(repository)["id"], "1.0")
        with BlobClient(live, repository) as client:
            address = f"/v2/{repository}/manifests/1.0"
            manifest = client.http.get(address)
            layer = manifest.json()["layers"][0]["digest"]
            attacker = _Attacker(live, repository, live.token("registry:push"), seed=1)
            statuses: Counter[int] = Counter()
            for _ in range(REQUESTS):
                request, status, content_type, body = attacker.request()
                statuses[status] += 1
                assert status < 500, (request, status, body[:500])
                if body and status >= 400 and content_type.startswith("application/json"):
                    assert json.loads(body)["errors"][0]["code"], request
            attacker.close()
            assert client.http.get(address).content == manifest.content, "the version keeps its bytes"
            assert client.pulled_digest(layer)[0] == layer
    record_property("Hostile requests to the registry", sum(statuses.values()))
    assert sum(statuses.values()) == REQUESTS
    assert {200, 400, 401, 404} <= set(statuses), statuses
