"""Measures how fast the server answers while a program opens sockets without end."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import table
from tests.support.servers.live_server import LiveServer

SECONDS = 10.0
"""The seconds of each measurement."""
CONNECTIONS = 100
"""That the flood keeps opening at once, each closed when the server has answered the handshake."""


@dataclass(frozen=True)
class Flood:
    """The results of the connections, and the times of `/healthz` meanwhile, in milliseconds."""

    opened_sockets: int
    refused_sockets: int
    answers: tuple[float, ...]

    @property
    def p99(self) -> float:
        return (
            statistics.quantiles(self.answers, n=100, method="inclusive")[-1]
            if len(self.answers) > 1
            else self.answers[0]
        )


def measure() -> str:
    """The time of an answer, with and without the flood."""
    with tempfile.TemporaryDirectory() as folder, LiveServer(Path(folder) / "data") as live:
        organisation = live.organisation()
        live.api("POST", "projects", json={"organisation": organisation, "name": "flooded", "template": "sine"})
        cookie = "; ".join(f"{name}={value}" for name, value in live.http.cookies.items())
        path = f"/ws/projects/{organisation}/flooded/collab"
        rows = []
        for name, connections, headers in (
            ("nothing else", 0, {}),
            (f"{CONNECTIONS} visitors who open sockets", CONNECTIONS, {}),
            (f"one person who opens {CONNECTIONS} sockets of a project", CONNECTIONS, {"Cookie": cookie}),
        ):
            flood = asyncio.run(flooded(live.port, path, connections, headers, SECONDS))
            median = statistics.median(flood.answers)
            rows.append([
                name, f"{flood.opened_sockets / SECONDS:,.0f}", f"{flood.refused_sockets / SECONDS:,.0f}",
                f"{median:,.1f} ms", f"{flood.p99:,.1f} ms", f"{max(flood.answers):,.1f} ms",
            ])  # fmt: skip
    head = ["meanwhile", "handshakes a second", "refused a second", "median of /healthz", "99 of 100", "slowest"]
    return (
        f"{table(head, rows)}\n\n"
        f"`/healthz` is asked every 20 ms for {SECONDS:.0f} s on a connection of its own. Each socket is opened, and "
        "opened again as soon as the server answered. The flood and the server share the machine."
    )


async def flooded(port: int, path: str, connections: int, headers: Mapping[str, str], seconds: float) -> Flood:
    """Keeps so many sockets opening for a while, and asks `/healthz` meanwhile."""
    counts = {"101": 0, "other": 0}
    floods = [asyncio.create_task(_keep_opening(port, path, headers, counts)) for _ in range(connections)]
    answers = await _ask_health(port, seconds)
    for flood in floods:
        flood.cancel()
    await asyncio.gather(*floods, return_exceptions=True)
    return Flood(counts["101"], counts["other"], tuple(answers))


async def _keep_opening(port: int, path: str, headers: Mapping[str, str], counts: dict[str, int]) -> None:
    lines = [
        f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", f"Origin: http://127.0.0.1:{port}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]  # fmt: skip
    request = "\r\n".join([*lines, "", ""]).encode()
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request)
                status = (await reader.readline()).split(b" ")[1:2]
                counts["101" if status == [b"101"] else "other"] += 1
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            finally:
                writer.transport.abort()
        await asyncio.sleep(0)


async def _ask_health(port: int, seconds: float) -> list[float]:
    answers = []
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.perf_counter()
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"/healthz answered {head[:40]!r}")
        length = next(
            int(line.split(b":")[1]) for line in head.lower().splitlines() if line.startswith(b"content-length")
        )
        await reader.readexactly(length)
        answers.append((time.perf_counter() - begin) * 1000)
        await asyncio.sleep(0.02)
    writer.close()
    return answers


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
