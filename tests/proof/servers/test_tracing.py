"""Traces arrive at a collector, with the packages that `requirements/telemetry.txt` locks."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.servers.listening import QuietHandler, http_server
from tests.support.servers.live_forge import REPOSITORY
from tests.support.servers.live_server import LiveServer
from tools.packaging.lock import added_entries, entries

pytestmark = pytest.mark.proof


class TraceCollector(QuietHandler):
    """Keeps what is sent to it."""

    requests: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        self.requests.append((self.path, self.headers.get("Authorization", ""), self.body()))
        self.respond(200)


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    """A collector's address, and what it got: path, authorization and body."""
    requests: list[tuple[str, str, bytes]] = []
    kind = type("Kept", (TraceCollector,), {"requests": requests})
    with http_server(kind) as address:
        yield address, requests


def install_what_is_missing(folder: Path) -> None:
    """Installs what the lock of traces has beyond those of the server and of the tests."""
    tests, traces = (
        entries((REPOSITORY / "requirements" / name).read_text("utf-8")) for name in ("dev.txt", "telemetry.txt")
    )
    more = folder / "more.txt"
    more.write_text("".join(added_entries(traces, tests)), "utf-8")
    uv = str(REPOSITORY / ".venv" / "bin" / "uv")
    options = ["--quiet", "--no-deps", "--require-hashes", "--target", str(folder / "packages")]
    subprocess.run([uv, "pip", "install", *options, "-r", str(more)], check=True)


@pytest.mark.protects("operation/trace-collectors")
def test_requests_arrive_at_the_collector_and_its_password_stays_out_of_the_environment(tmp_path: Path) -> None:
    install_what_is_missing(tmp_path)
    with collector() as (address, requests):
        environment = {
            "PYTHONPATH": str(tmp_path / "packages"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20of-the-collector",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        with LiveServer(tmp_path / "data", environment) as live:
            live.api("GET", "me")
            live.http.get("/healthz")
            live.until(lambda: any(b"/api/v1/me" in body for _, _, body in requests))
            process_environment = Path(f"/proc/{live.pid}/environ").read_bytes()
            assert b"of-the-collector" not in process_environment
        assert {(path, token) for path, token, _ in requests} == {("/v1/traces", "Bearer of-the-collector")}
        assert not any(b"/healthz" in body for _, _, body in requests)
