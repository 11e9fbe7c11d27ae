"""nginx with the guide's location for runes of deployments, which it keeps and sends without the server."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.servers.live_forge import REPOSITORY, LiveForge, free_port
from tools.browser import nginx

GUIDE = REPOSITORY / "docs" / "guides" / "operate.md"


@contextmanager
def caching_nginx(folder: Path, live: LiveForge) -> Iterator[int]:
    """nginx in front of a server until the end; yields its port. The caller has looked whether nginx is here."""
    program = nginx()
    assert program, "the caller has looked for it"
    match = re.search(r"```\n(proxy_cache_path .*?)\n(    location ~ .*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert match, "the guide has the location"
    port = free_port()
    cache = match[1].replace("/var/cache/nginx/forge", f"{folder}/cache")
    location = match[2].replace("http://127.0.0.1:8000", f"http://127.0.0.1:{live.port}")
    aside = "".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # Started by root its workers would be nobody, who cannot write into this folder.
    as_us = "user root;" if os.geteuid() == 0 else ""
    settings = folder / "nginx.conf"
    settings.write_text(
        f"daemon off; {as_us} pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {aside}\n{cache}\nserver {{ listen 127.0.0.1:{port}; keepalive_requests 1000000;\n"
        f"{location} }} }}\n"
    )
    process = subprocess.Popen([program, "-c", str(settings), "-e", f"{folder}/error.log"])
    try:
        live.until(lambda: _is_up(port), 20)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _is_up(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
    except httpx.TransportError:
        return False
    return True
