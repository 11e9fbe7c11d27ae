"""Debian's docker-registry, which other registries are mirrored to and measured beside."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from rune.digests import digest_of
from rune.oci import MANIFEST_TYPE
from tests.support.servers.live_forge import free_port
from tests.support.servers.services import ServiceProcess
from tools.needs import DOCKER_REGISTRY, lack

_CONFIGURATION = """version: 0.1
storage: {filesystem: {rootdirectory: %s}}
http: {addr: 127.0.0.1:%d}
"""


@dataclass(frozen=True)
class DockerRegistry:
    """A running docker-registry."""

    origin: str
    server: ServiceProcess
    log: Path
    """The file with a line for each request."""

    def store(self, repository: str, blob: bytes) -> str:
        """Uploads a blob. Returns its digest."""
        digest = digest_of(blob)
        started = httpx.post(f"{self.origin}/v2/{repository}/blobs/uploads/", trust_env=False).raise_for_status()
        address = httpx.URL(started.headers["Location"]).copy_merge_params({"digest": digest})
        headers = {"Content-Type": "application/octet-stream"}
        httpx.put(address, content=blob, headers=headers, trust_env=False).raise_for_status()
        return digest

    def get(self, path: str, accept: str = MANIFEST_TYPE) -> httpx.Response:
        return httpx.get(f"{self.origin}/v2/{path}", headers={"Accept": accept}, trust_env=False)


@contextmanager
def running_docker_registry() -> Iterator[DockerRegistry]:
    """Debian's docker-registry with nothing in it, until the end."""
    program = shutil.which("docker-registry")
    if program is None:
        pytest.skip(lack(DOCKER_REGISTRY))
    with TemporaryDirectory(prefix="forge-docker-registry-") as name:
        port = free_port()
        configuration = Path(name) / "config.yml"
        configuration.write_text(_CONFIGURATION % (f"{name}/data", port))
        origin = f"http://127.0.0.1:{port}"
        question = [sys.executable, "-c", f"from urllib.request import urlopen; urlopen('{origin}/v2/')"]
        server = ServiceProcess([program, "serve", str(configuration)], Path(name), question)
        server.start()
        try:
            yield DockerRegistry(origin, server, Path(name) / "log")
        finally:
            server.stop()
