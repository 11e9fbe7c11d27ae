"""nginx with the guide's location keeps runes of deployments: it asks the server once a minute, sends them while the
server is away, and no longer once their version was withdrawn."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.servers.caching_nginx import caching_nginx
from tests.support.servers.live_server import LiveServer
from tools.needs import NGINX, lack

pytestmark = [pytest.mark.proof, pytest.mark.skipif(not NGINX.is_here(), reason=lack(NGINX))]
ORIGIN = "https://acme.example"


def _served(live: LiveServer, organisation: str) -> tuple[str, str]:
    """The path of the rune of a new deployment, and its digest."""
    live.api("POST", "projects", json={"organisation": organisation, "name": "cached", "template": "sine"})
    live.publish(f"{organisation}/cached", live.build(f"{organisation}/cached")["id"], "1.0")
    deployments = f"projects/{organisation}/cached/deployments"
    new = {"title": "App", "kind": "web", "tag": "1.0", "origins": [ORIGIN]}
    address = urlsplit(live.api("POST", deployments, json=new)["url"]).path
    key = live.api("POST", f"{deployments}/app/keys", json={"name": "app"})["secret"]
    rune = live.http.get(address, headers={"x-api-key": key}).json()["rune"]
    return urlsplit(rune["url"]).path, rune["digest"]


def test_a_rune_by_its_digest_comes_without_the_server_and_only_to_its_origins(tmp_path: Path) -> None:
    with LiveServer(tmp_path / "data") as live:
        path, digest = _served(live, live.organisation())
        with (
            caching_nginx(tmp_path, live) as port,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
        ):
            response = client.get(path, headers={"Origin": "https://elsewhere.example"})
            assert response.status_code == 403
            page = client.get(path, headers={"Origin": ORIGIN, "Accept-Encoding": "identity"})
            assert page.headers["Access-Control-Allow-Origin"] == ORIGIN
            program = client.get(path, headers={"Accept-Encoding": "identity"})
            assert "Access-Control-Allow-Origin" not in program.headers
            gzip_answer = client.get(path, headers={"Accept-Encoding": "gzip"})
            assert gzip_answer.headers["Content-Encoding"] == "gzip"
            live.kill()
            for before, headers in (
                (page, {"Origin": ORIGIN, "Accept-Encoding": "identity"}),
                (program, {"Accept-Encoding": "identity"}),
                (gzip_answer, {"Accept-Encoding": "gzip"}),
            ):
                answer = client.get(path, headers=headers)
                assert (answer.status_code, answer.content) == (200, before.content)
                assert f"sha256:{sha256(answer.content).hexdigest()}" == digest
                assert answer.headers.get("Access-Control-Allow-Origin") == before.headers.get(
                    "Access-Control-Allow-Origin"
                )
                assert "sandbox" in answer.headers["Content-Security-Policy"]
            part = client.get(path, headers={"Accept-Encoding": "identity", "Range": "bytes=10-19"})
            assert (part.status_code, part.content) == (206, program.content[10:20])
            # A minute later nginx asks the server, which is away, and sends what it has.
            log = tmp_path / "error.log"
            plain = {"Accept-Encoding": "identity"}
            live.until(
                lambda: (
                    client.get(path, headers=plain).content == program.content
                    and "connect() failed" in log.read_text("utf-8")
                ),
                90,
            )
            assert client.get(path, headers=plain).content == program.content
            strangers = client.get(path, headers={"Origin": "https://elsewhere.example"})
            assert strangers.status_code >= 500, "a refusal was kept, or a rune was sent to a page of another origin"


def test_a_withdrawn_rune_is_asked_for_again_within_a_minute(tmp_path: Path) -> None:
    with LiveServer(tmp_path / "data") as live:
        organisation = live.organisation()
        path, _digest = _served(live, organisation)
        with (
            caching_nginx(tmp_path, live) as port,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
        ):
            response = client.get(path)
            assert response.status_code == 200
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "X-Accel-Expires" not in response.headers
            tag = f"projects/{organisation}/cached/tags/1.0"
            state = live.http.get(f"/api/v1/{tag}").headers["ETag"]
            live.api("PUT", f"{tag}/withdrawal", headers={"If-Match": state}, json={"reason": "It has a secret in it."})
            live.until(lambda: client.get(path).status_code == 410, 90)
            assert client.get(path).json()["name"] == "version-withdrawn"
