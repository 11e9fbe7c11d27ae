"""`make run-lan` as a process: HTTPS on the machine's network address, trusted by clients that trust its authority."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from forge.serving.lan import FOLDER
from forge.serving.local_authority import network_address
from tests.support.servers.live_forge import REPOSITORY, free_port

pytestmark = pytest.mark.foreign


@pytest.mark.slow
def test_it_serves_https_says_how_to_trust_it_and_links_lead_to_the_network(tmp_path: Path) -> None:
    if not (REPOSITORY / "static/build/manifest.json").exists():
        pytest.fail("the front end is not built; make setup builds it")
    port = free_port()
    variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    server = subprocess.Popen(
        [sys.executable, "-m", "forge.serving.lan"],
        cwd=REPOSITORY,
        env={**variables, "DATA_DIR": str(tmp_path), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    address = network_address()
    if address is None:
        assert "no network address" in server.communicate(timeout=60)[0]
        assert server.returncode == 1
        return
    url = f"https://{address}:{port}"
    try:
        output = ""
        for line in server.stdout:
            output += line
            if line.startswith("Open "):
                break
        assert f"{url}/trust" in output
        assert f"Open {url}/sign-in#token=" in output
        assert "█" in output  # the QR code
        trusting = ssl.create_default_context(cafile=str(tmp_path / FOLDER / "authority.crt"))
        with httpx.Client(base_url=url, verify=trusting, trust_env=False) as phone:
            steps = phone.get("/trust")
            assert "Certificate Trust Settings" in steps.text
            assert f"wss://{address}:{port}" in steps.headers["content-security-policy"]
            certificate = phone.get("/trust/authority.crt")
            assert certificate.content == (tmp_path / FOLDER / "authority.crt").read_bytes()
            assert "PRIVATE KEY" not in certificate.text
            cookies = phone.get("/accounts/login/").headers.get_list("set-cookie")
            assert cookies
            assert all("Secure" in cookie for cookie in cookies)
        link = subprocess.run(
            [sys.executable, "manage.py", "link"],
            cwd=REPOSITORY,
            env={**variables, "DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert link.stdout.startswith(f"{url}/sign-in#token=")
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)
    assert server.returncode == 0
