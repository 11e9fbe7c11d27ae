"""The guide's settings for nginx, with a stock nginx: HTTPS, addresses and large uploads come through right."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.live_forge import REPOSITORY, free_port
from tests.live_server import LiveServer

pytestmark = pytest.mark.proof

GUIDE = REPOSITORY / "docs" / "guides" / "operate.md"


def guided_settings(server: LiveServer, port: int, folder: Path) -> str:
    """What the guide says, with the ports and files of this test in place of its own."""
    (written,) = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    places = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "http2 on;": "",  # of nginx 1.25
        "forge.example": "127.0.0.1",
        "/etc/ssl/forge.crt": str(folder / "proxy.crt"),
        "/etc/ssl/forge.key": str(folder / "proxy.key"),
        "http://127.0.0.1:8000": server.address,
    }
    for guided, here in places.items():
        assert guided in written, guided
        written = written.replace(guided, here)
    settings: str = written
    return settings


@contextmanager
def nginx(server: LiveServer, port: int, folder: Path) -> Iterator[ssl.SSLContext]:
    """nginx in front of a server; what trusts its certificate."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        pytest.skip("no nginx: apt-get install nginx-light")
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "proxy.key"), "-out", str(folder / "proxy.crt")]
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    subprocess.run([*new, *subject, *files], check=True, capture_output=True)
    aside = "".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    settings = folder / "nginx.conf"
    # Started by root its workers would be nobody, who cannot write into this test's folder.
    as_us = "user root;" if os.geteuid() == 0 else ""
    settings.write_text(
        f"daemon off; {as_us} pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {aside}\n{guided_settings(server, port, folder)}}}\n"
    )
    trust = ssl.create_default_context(cafile=str(folder / "proxy.crt"))
    with (folder / "said").open("w") as said:
        process = subprocess.Popen([program, "-c", str(settings), "-e", str(folder / "error.log")], stderr=said)
    try:
        deadline = time.monotonic() + 30
        while not (folder / "pid").exists():
            assert process.poll() is None, (folder / "said").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield trust
    finally:
        process.terminate()
        process.wait(20)


def test_behind_nginx_as_the_guide_says_all_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    port = free_port()
    address = f"https://127.0.0.1:{port}"
    environment = {"PUBLIC_URL": address, "TRUSTED_PROXIES": "127.0.0.1", "METRICS_TOKEN": "t" * 20}
    server = LiveServer(tmp_path / "data", environment)
    server.start()
    try:
        with nginx(server, port, tmp_path) as trust:
            as_browser = {"Referer": address + "/"}
            server.http = httpx.Client(base_url=address, verify=trust, timeout=60, trust_env=False, headers=as_browser)
            server.address = address
            server.sign_in()
            page = server.http.get("/")
            assert page.headers["strict-transport-security"].startswith("max-age=")
            assert [cookie.name for cookie in server.http.cookies.jar if not cookie.secure] == []
            assert len(page.headers.get_list("x-request-id")) == 1
            told = server.http.get("/metrics", headers={"Authorization": f"Bearer {'t' * 20}"})
            assert told.status_code == 403, "the proxy keeps the metrics inside"
            assert "TRUSTED_PROXIES" not in server.log()
            organisation = server.organisation()
            server.api("POST", "projects", json={"organisation": organisation, "name": "proxied", "template": "sine"})
            project = f"{organisation}/proxied"
            large = bytes(20 << 20)
            server.api("PUT", f"projects/{project}/files/large.bin", content=large)
            assert server.http.get(f"/api/v1/projects/{project}/files/large.bin").content == large
            assert server.build(project)["state"] == "succeeded"
            log = server.api("GET", "me/audit?what=sign-ins")["results"]
            assert log, "sign-ins are written down"
    finally:
        server.__exit__()
