"""Measures how fast the registry serves and takes artifacts, beside Debian's docker-registry, with both by turns."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx

from benchmarks.figure import MEGABYTE, CannotMeasure, table
from benchmarks.server.rates import get, rate, rate_of_processes
from tests.support.servers.docker_registry import running_docker_registry
from tests.support.servers.live_installation import LiveInstallation
from tests.support.servers.live_server import LiveServer
from tools.needs import DOCKER_REGISTRY, lack

SECONDS = 4.0
"""The seconds of each measurement of a rate."""
TURNS = 3
CONNECTIONS = 4
"""Connections on which manifests are fetched at once."""
LARGE = 100 * MEGABYTE
"""Bytes of the large blob."""
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True)
class MeasuredRegistry:
    """A registry under measurement: the client that is signed in, its repository, and the process that serves it."""

    client: httpx.Client
    port: int
    repository: str
    pid: int

    def push_blob(self, data: bytes) -> None:
        """Pushes a blob as clients do: begins an upload, and sends the blob in one part."""
        upload = self.client.post(f"/v2/{self.repository}/blobs/uploads/")
        upload.raise_for_status()
        location = upload.headers["Location"]
        digest = f"sha256:{sha256(data).hexdigest()}"
        url = f"{location}{'&' if '?' in location else '?'}digest={digest}"
        self.client.put(url, content=data, headers={"Content-Type": "application/octet-stream"}).raise_for_status()

    def push_manifest(self, tag: str, *layers: bytes) -> None:
        for blob in (b"{}", *layers):
            self.push_blob(blob)
        parts = [{"mediaType": "application/octet-stream", **_descriptor(layer)} for layer in layers]
        config = {"mediaType": "application/vnd.example.measured", **_descriptor(b"{}")}
        manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": parts}
        data, headers = json.dumps(manifest).encode(), {"Content-Type": _MANIFEST}
        self.client.put(f"/v2/{self.repository}/manifests/{tag}", content=data, headers=headers).raise_for_status()


def _descriptor(data: bytes) -> dict[str, object]:
    """Digest and size, as a manifest has them."""
    return {"digest": f"sha256:{sha256(data).hexdigest()}", "size": len(data)}


def measure() -> str:
    """Rates and memory of both."""
    with ExitStack() as stack:
        registries = {
            name: stack.enter_context(each()) for name, each in (("ours", _ours), ("docker-registry", docker_registry))
        }
        layer = os.urandom(1000)
        for each in registries.values():
            each.push_manifest("nightly", layer)
        idle = {name: _memory(each.pid) for name, each in registries.items()}
        rows = [
            row("manifests by tag, a second", registries, _manifests_a_second, ",.0f"),
            row("pushes of a blob of 1 MB, a second", registries, _pushes_a_second, ",.1f"),
            row("a blob of 100 MB up, MB a second", registries, large_up, ",.0f"),
            row("a blob of 100 MB down, MB a second", registries, large_down, ",.0f"),
        ]
        peak = {name: _memory(each.pid, "VmHWM") for name, each in registries.items()}
    rows.insert(1, ["the same by two processes", f"{_manifests_by_two_processes():,.0f}", "", ""])
    rows.append(["memory before, MB", *(f"{idle[name]:,.0f}" for name in registries), ""])
    rows.append(["most memory, MB", *(f"{peak[name]:,.0f}" for name in registries), ""])
    return (
        f"{table(['', 'ours', 'docker-registry', 'ratio'], rows)}\n\n"
        f"Medians of {TURNS} turns. Manifests are fetched on {CONNECTIONS} connections at once, the rest on one; the "
        "client shares the machine. One server process answers, two where that is said, and asks for the rights of a "
        "token with each request; docker-registry asks nobody and has a thread for each core. A push of ours is two "
        "requests with 31 statements of SQL, which ask twice for the token, the project, the role and the room: that "
        "is what makes small blobs slower, and hardly matters for large ones. Memory is that of the one process."
    )


def row(
    name: str, registries: Mapping[str, MeasuredRegistry], figure: Callable[[MeasuredRegistry], float], form: str
) -> list[str]:
    """A row of the table: the medians of both, measured by turns, and their ratio."""
    values: dict[str, list[float]] = {each: [] for each in registries}
    for _ in range(TURNS):
        for each, registry in registries.items():
            values[each].append(figure(registry))
    medians = [statistics.median(each) for each in values.values()]
    return [name, *(format(each, form) for each in medians), f"{medians[0] / medians[1]:.2f}"]


def _manifests_a_second(registry: MeasuredRegistry) -> float:
    return rate(registry.port, [_pull(registry, registry.port)] * CONNECTIONS, SECONDS)


def _manifests_by_two_processes() -> float:
    """Measures two processes of ours, on one database and one data folder; half of the connections are to each
    process."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LiveInstallation(Path(folder) / "data") as installation,
        _measured_project(installation.first) as registry,
    ):
        registry.push_manifest("nightly", os.urandom(1000))
        ports = [process.port for process in installation.processes]
        requests = [(port, _pull(registry, port)) for port in ports for _ in range(CONNECTIONS // len(ports))]
        return statistics.median(rate_of_processes(requests, SECONDS) for _ in range(TURNS))


def _pull(registry: MeasuredRegistry, port: int) -> bytes:
    headers = dict(registry.client.headers) | {"Accept": _MANIFEST}
    headers.pop("host", None)
    return get(f"/v2/{registry.repository}/manifests/nightly", port, headers)


def _pushes_a_second(registry: MeasuredRegistry) -> float:
    begin, count = time.monotonic(), 0
    while time.monotonic() - begin < SECONDS:
        registry.push_blob(os.urandom(MEGABYTE))
        count += 1
    return count / (time.monotonic() - begin)


def large_up(registry: MeasuredRegistry) -> float:
    """Megabytes a second of a push."""
    data = _large()
    begin = time.monotonic()
    registry.push_blob(data)
    return LARGE / MEGABYTE / (time.monotonic() - begin)


def large_down(registry: MeasuredRegistry) -> float:
    """Megabytes a second of a pull."""
    data = _large()
    registry.push_blob(data)
    begin, received_bytes = time.monotonic(), 0
    with registry.client.stream("GET", f"/v2/{registry.repository}/blobs/sha256:{sha256(data).hexdigest()}") as answer:
        for chunk in answer.iter_raw(1 << 20):
            received_bytes += len(chunk)
    if received_bytes != LARGE:
        raise RuntimeError(f"{received_bytes} bytes came")
    return LARGE / MEGABYTE / (time.monotonic() - begin)


def _large() -> bytes:
    """Bytes that no registry has yet."""
    return os.urandom(64) * (LARGE // 64)


def _memory(pid: int, field: str = "VmRSS") -> float:
    """Megabytes of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) * 1024 / MEGABYTE


@contextmanager
def _ours() -> Iterator[MeasuredRegistry]:
    with tempfile.TemporaryDirectory() as folder, our_registry(Path(folder) / "data") as registry:
        yield registry


@contextmanager
def our_registry(data: Path, environment: Mapping[str, str] | None = None) -> Iterator[MeasuredRegistry]:
    """A server of ours with a project that takes any artifact."""
    with LiveServer(data, environment) as live, _measured_project(live) as registry:
        yield registry


@contextmanager
def _measured_project(live: LiveServer) -> Iterator[MeasuredRegistry]:
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "measured", "template": "sine"})
    rules = f"organisations/{organisation}/registry"
    state = live.http.get(f"/api/v1/{rules}").headers["ETag"]
    live.api("PUT", rules, headers={"If-Match": state}, json={"takes_all": True, "versions_move": False})
    headers = {"Authorization": f"Bearer {live.token('registry:push')}"}
    with httpx.Client(base_url=live.address, headers=headers, timeout=120, trust_env=False) as client:
        yield MeasuredRegistry(client, live.port, f"{organisation}/measured", live.pid)


@contextmanager
def docker_registry() -> Iterator[MeasuredRegistry]:
    """Debian's docker-registry. Raises `CannotMeasure`."""
    if shutil.which("docker-registry") is None:
        raise CannotMeasure(lack(DOCKER_REGISTRY))
    with (
        running_docker_registry() as registry,
        httpx.Client(base_url=registry.origin, timeout=120, trust_env=False) as client,
    ):
        yield MeasuredRegistry(client, int(registry.origin.rpartition(":")[2]), "team/measured", registry.server.pid)


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
