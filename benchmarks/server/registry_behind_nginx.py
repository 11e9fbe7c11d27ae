"""Measures how fast the registry takes and sends large blobs behind nginx, beside Debian's docker-registry behind
nginx."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from benchmarks.figure import CannotMeasure, table
from benchmarks.server.registry import TURNS, MeasuredRegistry, docker_registry, large_down, large_up, our_registry, row
from tests.support.servers.live_forge import REPOSITORY, free_port
from tools.browser import nginx
from tools.needs import NGINX, lack

_GUIDE = REPOSITORY / "docs" / "guides" / "operate.md"


def measure() -> str:
    """Rates of both."""
    program = nginx()
    if program is None:
        raise CannotMeasure(lack(NGINX))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(our_registry(folder / "data", {"BLOB_SENDER": "nginx"}))
        other = stack.enter_context(docker_registry())
        registries = {
            name: stack.enter_context(_behind(program, registry, folder / f"nginx-{registry.port}", folder / "data"))
            for name, registry in {"ours": ours, "docker-registry": other}.items()
        }
        rows = [
            row("a blob of 100 MB up, MB a second", registries, large_up, ",.0f"),
            row("a blob of 100 MB down, MB a second", registries, large_down, ",.0f"),
        ]
    return (
        f"{table(['', 'ours', 'docker-registry', 'ratio'], rows)}\n\n"
        f"Medians of {TURNS} turns on one connection; the client, nginx and both registries share the machine. nginx "
        "has the guide's locations and no TLS. It reads our blobs itself, once the server has allowed the request "
        "(`BLOB_SENDER=nginx`); those of docker-registry pass through it."
    )


@contextmanager
def _behind(program: str, registry: MeasuredRegistry, folder: Path, data: Path) -> Iterator[MeasuredRegistry]:
    """nginx in front of a registry, with a client that asks nginx."""
    folder.mkdir()
    port = free_port()
    guide = _GUIDE.read_text("utf-8")
    through = re.search(r"    location / \{.*?\n    \}\n", guide, re.DOTALL)
    stored_location = re.search(r"    location /-/stored/ \{.*?\n    \}\n", guide, re.DOTALL)
    assert through, "the guide has the location of all requests"
    assert stored_location, "the guide has the location of stored bytes"
    locations = through[0].replace("http://127.0.0.1:8000", f"http://127.0.0.1:{registry.port}")
    locations += stored_location[0].replace("/srv/forge/data/blobs/", f"{data}/blobs/")
    aside = "".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # Started by root its workers would be nobody, who cannot read the blobs.
    as_us = "user root;" if os.geteuid() == 0 else ""
    settings = folder / "nginx.conf"
    settings.write_text(
        f"daemon off; {as_us} pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {aside} client_max_body_size 0; sendfile on;\n"
        'map $http_upgrade $connection_upgrade { default upgrade; "" ""; }\n'
        f"server {{ listen 127.0.0.1:{port};\n{locations} }} }}\n"
    )
    process = subprocess.Popen([program, "-c", str(settings), "-e", f"{folder}/error.log"])
    headers = {name: value for name, value in registry.client.headers.items() if name != "host"}
    transport = httpx.HTTPTransport(retries=5)
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=120, trust_env=False, transport=transport
        ) as client:
            yield replace(registry, client=client, port=port)
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
