"""Measures how often a deployment answers apps, and how often nginx sends a rune by its digest without asking the
server."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx

from benchmarks.figure import CannotMeasure, table
from benchmarks.server.rates import get, rate
from tests.support.servers.caching_nginx import caching_nginx
from tests.support.servers.live_server import LiveServer
from tools.needs import NGINX, lack

SECONDS = 3.0
TURNS = 3
CONNECTIONS = 4


def measure() -> str:
    """Answers a second, and the bytes of the rune that nginx sends."""
    if not NGINX.is_here():
        raise CannotMeasure(lack(NGINX))
    with tempfile.TemporaryDirectory() as folder, LiveServer(Path(folder) / "data") as live:
        address, keys = _deployment(live)
        requests = [get(address, live.port, {"x-api-key": key}) for key in keys]
        health = [get("/healthz", live.port, {})] * CONNECTIONS
        pointer = httpx.get(f"{live.address}{address}", headers={"x-api-key": keys[0]}, trust_env=False).json()["rune"]
        path = urlsplit(pointer["url"]).path
        figures = {
            "which rune is served, asked with a key": _median(live.port, requests),
            "`/healthz`, for comparison": _median(live.port, health),
            "a rune by its digest, from the server": _median(live.port, [get(path, live.port, {})] * CONNECTIONS),
        }
        with caching_nginx(Path(folder), live) as port:
            figures["a rune by its digest, from nginx"] = _median(port, [get(path, port, {})] * CONNECTIONS)
    rows = [[name, f"{figure:,.0f}"] for name, figure in figures.items()]
    return (
        f"{table(['', 'a second'], rows)}\n\n"
        f"Medians of {TURNS} turns of {SECONDS:.0f} s on {CONNECTIONS} connections, each with a key of its own; the "
        f"client shares the machine. One server process answers. The rune has {pointer['size']:,} bytes. nginx has the "
        "guide's location for runes by digest."
    )


def _median(port: int, requests: list[bytes]) -> float:
    return median(rate(port, requests, SECONDS) for _ in range(TURNS))


def _deployment(live: LiveServer) -> tuple[str, list[str]]:
    """The path of a deployment of an example, and its keys: a key may be used a hundred times a second."""
    project = f"{live.organisation()}/measured"
    live.api("POST", "projects", json={"organisation": live.organisation(), "name": "measured", "template": "sine"})
    live.publish(project, live.build(project)["id"], "1.0")
    row = live.api("POST", f"projects/{project}/deployments", json={"title": "App", "kind": "web", "tag": "1.0"})
    keys = f"projects/{project}/deployments/{row['name']}/keys"
    secrets = [live.api("POST", keys, json={"name": f"app {n}"})["secret"] for n in range(CONNECTIONS)]
    return urlsplit(row["url"]).path, secrets


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
