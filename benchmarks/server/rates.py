"""Measures how many requests a second a server answers, on a few connections at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence


def get(path: str, port: int, headers: Mapping[str, str]) -> bytes:
    """The bytes of a GET request."""
    fields = {"Host": f"127.0.0.1:{port}", **headers}
    return "\r\n".join([f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items()), "", ""]).encode()


def rate(port: int, requests: Sequence[bytes], seconds: float) -> float:
    """Answers a second to requests that are sent again and again, each on a connection of its own.

    Raises `RuntimeError` for an answer that is not 200.
    """
    return rate_of_processes([(port, request) for request in requests], seconds)


def rate_of_processes(requests: Sequence[tuple[int, bytes]], seconds: float) -> float:
    """The same of requests to several processes, each with the port that it is sent to."""
    return asyncio.run(_rate(requests, seconds))


async def _rate(requests: Sequence[tuple[int, bytes]], seconds: float) -> float:
    end = time.monotonic() + seconds

    async def keep_requesting(port: int, request: bytes) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers = 0
        while time.monotonic() < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(f"the server answered {head[:60]!r}")
            fields = head.lower().splitlines()
            await reader.readexactly(next(int(f.split(b":")[1]) for f in fields if f.startswith(b"content-length")))
            answers += 1
        writer.close()
        return answers

    return sum(await asyncio.gather(*(keep_requesting(*each) for each in requests))) / seconds
