"""The guide's settings for nginx and Caddy, with stock proxies: HTTPS, addresses, uploads and sockets come through."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.support.clients.stock_yjs import StockClient
from tests.support.servers.live_forge import REPOSITORY, free_port
from tests.support.servers.live_server import LiveServer
from tools.browser import nginx
from tools.needs import CADDY, NGINX, Need, lack

pytestmark = pytest.mark.proof

GUIDE = REPOSITORY / "docs" / "guides" / "operate.md"
MEBIBYTE = 1 << 20
UPLOAD_LIMIT = 64 * MEBIBYTE
"""Bytes, as the server and the guide's proxies have it."""


@dataclass(frozen=True)
class ProxyPlace:
    """The port of a proxy, the server behind it, and its certificate."""

    port: int
    server: str
    folder: Path

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        return self.folder / "proxy.crt"

    @property
    def key(self) -> Path:
        return self.folder / "proxy.key"


def guided(language: str, place: Mapping[str, str]) -> str:
    """The guide's text, with the names, ports and files of this test in place of its own."""
    blocks = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 1, f"the guide has {len(blocks)} blocks of {language}"
    text: str = blocks[0]
    for original, here in place.items():
        assert original in text, original
        text = text.replace(original, here)
    return text


def sending_location(data: Path) -> str:
    """The guide's location by which nginx sends stored bytes, with this test's folder."""
    match = re.search(r"```\n( +location /-/stored/ .*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert match, "the guide has the location"
    alias = "/srv/forge/data/blobs/"
    assert alias in match[1]
    return match[1].replace(alias, f"{data}/blobs/")


def nginx_command(place: ProxyPlace, location: str = "") -> list[str]:
    """nginx with the guide's settings. It notes its process where they are."""
    settings = guided(
        "nginx",
        {
            "listen 443 ssl": f"listen 127.0.0.1:{place.port} ssl",
            "http2 on;": "",  # of nginx 1.25
            "forge.example": "127.0.0.1",
            "/etc/ssl/forge.crt": str(place.certificate),
            "/etc/ssl/forge.key": str(place.key),
            "http://127.0.0.1:8000": place.server,
            "    location = /metrics": f"{location}    location = /metrics",
        },
    )
    folder = place.folder
    aside = "".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # Started by root its workers would be nobody, who cannot write into this test's folder.
    as_us = "user root;" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; {as_us} pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {aside}\n{settings}}}\n"
    )
    program = nginx()
    assert program, "the caller has looked for it"
    return [program, "-c", str(path), "-e", str(folder / "error.log")]


def caddy_command(place: ProxyPlace) -> list[str]:
    """Caddy with the guide's settings, and a certificate that it need not ask anyone for."""
    settings = guided(
        "caddyfile",
        {
            "forge.example {": f"{place.address} {{\n    tls {place.certificate} {place.key}",
            "127.0.0.1:8000": place.server.removeprefix("http://"),
        },
    )
    path = place.folder / "Caddyfile"
    path.write_text(f"{{\n    admin off\n    auto_https disable_redirects\n}}\n{settings}")
    return ["caddy", "run", "--config", str(path), "--adapter", "caddyfile"]


@dataclass(frozen=True)
class Proxy:
    """A stock proxy, and with which status its settings keep the metrics inside."""

    need: Need
    command: Callable[[ProxyPlace], list[str]]
    metrics: int


PROXIES = {"nginx": Proxy(NGINX, nginx_command, 403), "caddy": Proxy(CADDY, caddy_command, 404)}


@contextmanager
def running(proxy: Proxy, place: ProxyPlace) -> Iterator[ssl.SSLContext]:
    """The proxy in front of a server; what trusts its certificate."""
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(place.key), "-out", str(place.certificate)]
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    subprocess.run([*new, *subject, *files], check=True, capture_output=True)
    trust = ssl.create_default_context(cafile=str(place.certificate))
    log_file = place.folder / "said"
    environment = os.environ | {"XDG_DATA_HOME": str(place.folder), "XDG_CONFIG_HOME": str(place.folder)}
    with log_file.open("wb") as log:
        process = subprocess.Popen(proxy.command(place), env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 30
        with httpx.Client(base_url=place.address, verify=trust, trust_env=False) as client:
            while not is_up(client):
                assert process.poll() is None, log_file.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield trust
    finally:
        process.terminate()
        process.wait(20)


def is_up(client: httpx.Client) -> bool:
    """Returns whether the proxy passes requests on."""
    try:
        return client.get("/healthz").is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("name", PROXIES)
def test_behind_a_proxy_as_the_guide_says_all_is_as_if_it_were_not_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = PROXIES[name]
    if not proxy.need.is_here():
        pytest.skip(lack(proxy.need))
    port = free_port()
    address = f"https://127.0.0.1:{port}"
    environment = {"PUBLIC_URL": address, "TRUSTED_PROXIES": "127.0.0.1", "METRICS_TOKEN": "t" * 20}
    server = LiveServer(tmp_path / "data", environment)
    server.start()
    place = ProxyPlace(port, server.address, tmp_path)
    try:
        with running(proxy, place) as trust:
            as_browser = {"Referer": address + "/"}
            server.http = httpx.Client(base_url=address, verify=trust, timeout=120, trust_env=False, headers=as_browser)
            server.address = address
            server.sign_in()
            page = server.http.get("/")
            assert page.headers["strict-transport-security"].startswith("max-age=")
            assert [cookie.name for cookie in server.http.cookies.jar if not cookie.secure] == []
            assert len(page.headers.get_list("x-request-id")) == 1
            response = server.http.get("/metrics", headers={"Authorization": f"Bearer {'t' * 20}"})
            assert response.status_code == proxy.metrics, "the proxy keeps the metrics inside"
            assert "TRUSTED_PROXIES" not in server.log()
            organisation = server.organisation()
            server.api("POST", "projects", json={"organisation": organisation, "name": "proxied", "template": "sine"})
            project = f"{organisation}/proxied"
            largest = bytes(UPLOAD_LIMIT)
            server.api("PUT", f"projects/{project}/files/large.bin", content=largest)
            assert server.http.get(f"/api/v1/projects/{project}/files/large.bin").content == largest
            expect_a_larger_push(server, project)
            expect_two_to_type_together(server, project, place, monkeypatch)
            assert server.build(project)["state"] == "succeeded"
            log = server.api("GET", "me/audit?what=sign-ins")["results"]
            assert log, "sign-ins are written down"
    finally:
        server.__exit__()


def expect_a_larger_push(server: LiveServer, project: str) -> None:
    """A push to the registry may be larger than other requests, and passes the proxy in both directions."""
    data = os.urandom(MEBIBYTE) * (UPLOAD_LIMIT // MEBIBYTE + 8)
    digest = f"sha256:{sha256(data).hexdigest()}"
    headers = {"Authorization": f"Bearer {server.token('registry:push')}"}
    response = server.http.post(f"/v2/{project}/blobs/uploads/?digest={digest}", content=data, headers=headers)
    assert response.status_code == 201, response.text
    assert server.http.get(f"/v2/{project}/blobs/{digest}", headers=headers).content == data


def expect_two_to_type_together(
    server: LiveServer, project: str, place: ProxyPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sockets come through: what one types, the other sees; a page of another address gets none."""
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(place.certificate))
    with StockClient(server, project) as one, StockClient(server, project) as other:
        one.until(synced=True)
        other.until(synced=True)
        one.type("# seen by both")
        server.until(lambda: "# seen by both" in other.type(""))
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    as_elsewhere = headers | {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Origin": "https://elsewhere.example"}
    assert server.http.get(f"/ws/projects/{project}/collab", headers=as_elsewhere).status_code == 403


@pytest.mark.protects("registry/stored-by-front")
def test_nginx_sends_stored_bytes_that_the_server_allows_and_no_others(tmp_path: Path) -> None:
    if not NGINX.is_here():
        pytest.skip(lack(NGINX))
    port = free_port()
    address = f"https://127.0.0.1:{port}"
    environment = {"PUBLIC_URL": address, "TRUSTED_PROXIES": "127.0.0.1", "BLOB_SENDER": "nginx"}
    server = LiveServer(tmp_path / "data", environment)
    server.start()
    place = ProxyPlace(port, server.address, tmp_path)
    sending = Proxy(NGINX, lambda place: nginx_command(place, sending_location(tmp_path / "data")), 403)
    try:
        with running(sending, place) as trust:
            as_browser = {"Referer": address + "/"}
            server.http = httpx.Client(base_url=address, verify=trust, timeout=120, trust_env=False, headers=as_browser)
            server.address = address
            server.sign_in()
            organisation = server.organisation()
            server.api("POST", "projects", json={"organisation": organisation, "name": "sent", "template": "sine"})
            project = f"{organisation}/sent"
            build = server.build(project)
            server.publish(project, build["id"], "1.0")
            token = {"Authorization": f"Bearer {server.token('registry:pull')}"}
            manifest = server.http.get(f"/v2/{project}/manifests/1.0", headers=token)
            digest = manifest.json()["layers"][0]["digest"]
            blob = f"/v2/{project}/blobs/{digest}"
            whole = server.http.get(blob, headers=token)
            assert f"sha256:{sha256(whole.content).hexdigest()}" == digest == whole.headers["Docker-Content-Digest"]
            assert whole.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in whole.headers["Content-Security-Policy"]
            assert "X-Accel-Redirect" not in whole.headers
            part = server.http.get(blob, headers=token | {"Range": "bytes=100-199"})
            assert (part.status_code, part.content) == (206, whole.content[100:200])
            assert server.http.get(build["rune_url"]).content == whole.content
            with httpx.Client(base_url=address, verify=trust, trust_env=False) as nobody:
                assert nobody.get(blob).status_code == 401
                hexadecimal = digest.removeprefix("sha256:")
                assert nobody.get(f"/-/stored/sha256/{hexadecimal[:2]}/{hexadecimal}").status_code == 404
            direct = httpx.get(f"{place.server}{blob}", headers=token, trust_env=False)
            assert direct.content == b"", "the server itself sends nothing: nginx did"
    finally:
        server.__exit__()
