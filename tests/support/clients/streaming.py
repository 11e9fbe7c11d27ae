"""Large blobs pushed and pulled over HTTP without being in this process's memory, and how much memory a server uses."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import httpx

from tests.support.servers.live_server import LiveServer

MEGABYTE = 1_000_000
_BLOCK = os.urandom(MEGABYTE)


def megabytes(count: int) -> Iterator[bytes]:
    """Yields so many megabytes, each different."""
    for number in range(count):
        yield number.to_bytes(8, "big") + _BLOCK[8:]


def digest_of(count: int) -> str:
    """The digest of `megabytes`."""
    checksum = sha256()
    for each in megabytes(count):
        checksum.update(each)
    return f"sha256:{checksum.hexdigest()}"


def memory(live: LiveServer) -> int:
    """The most bytes of memory that a server had since `forget_peak`."""
    return int(re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{live.pid}/status").read_text())[0]) * 1024


def forget_peak(live: LiveServer) -> None:
    """Begins to measure anew."""
    Path(f"/proc/{live.pid}/clear_refs").write_text("5")


class BlobClient:
    """Pushes and pulls blobs of one repository."""

    def __init__(self, live: LiveServer, repository: str) -> None:
        headers = {"Authorization": f"Bearer {live.token('registry:push')}"}
        self.http = httpx.Client(base_url=live.address, headers=headers, timeout=120, trust_env=False)
        self.repository = repository

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def begin(self) -> str:
        response = self.http.post(f"/v2/{self.repository}/blobs/uploads/")
        assert response.status_code == 202, response.text
        return response.headers["Location"]

    def push_at_once(self, count: int) -> str:
        """Pushes a blob in one request, whose length is announced. Returns the digest."""
        digest = digest_of(count)
        address = f"/v2/{self.repository}/blobs/uploads/?{urlencode({'digest': digest})}"
        headers = {"Content-Length": str(count * MEGABYTE)}
        response = self.http.post(address, content=megabytes(count), headers=headers)
        assert response.status_code == 201, response.text
        return digest

    def push_in_chunks(self, count: int, chunk: int) -> str:
        """In requests of so many megabytes, the last one without a length. Returns the digest."""
        location, data = self.begin(), megabytes(count)
        for first in range(0, count, chunk):
            some = [next(data) for _ in range(min(chunk, count - first))]
            begin, end = first * MEGABYTE, (first + len(some)) * MEGABYTE - 1
            headers = {"Content-Range": f"{begin}-{end}", "Content-Length": str(end + 1 - begin)}
            part = self.http.patch(location, content=iter(some), headers=headers)
            assert (part.status_code, part.headers["Range"]) == (202, f"0-{end}"), part.text
            location = part.headers["Location"]
        digest = digest_of(count)
        assert self.http.put(location, params={"digest": digest}).status_code == 201
        return digest

    def pulled_digest(self, digest: str, **headers: str) -> tuple[str, int]:
        """Pulls a blob, following redirects; returns the digest of what came, and its size."""
        checksum, size = sha256(), 0
        address = f"/v2/{self.repository}/blobs/{digest}"
        with self.http.stream("GET", address, headers=headers, follow_redirects=True) as response:
            assert response.is_success, response.status_code
            for piece in response.iter_bytes():
                checksum.update(piece)
                size += len(piece)
        return f"sha256:{checksum.hexdigest()}", size


def push_and_pull_in_flat_memory(live: LiveServer, repository: str, count: int, chunk: int) -> dict[str, int]:
    """Pushes so many megabytes at once and in chunks, and pulls them. Returns by how many bytes memory grew in each."""
    with BlobClient(live, repository) as client:
        return _growth(live, client, count, chunk)


def _growth(live: LiveServer, client: BlobClient, count: int, chunk: int) -> dict[str, int]:
    client.pulled_digest(client.push_at_once(1))  # what is loaded once is loaded now
    growth = {}
    for name in ("at once", "in chunks"):
        before = _now(live)
        digest = client.push_at_once(count) if name == "at once" else client.push_in_chunks(count + 1, chunk)
        growth[f"pushed {name}"] = memory(live) - before
        before = _now(live)
        size = (count if name == "at once" else count + 1) * MEGABYTE
        assert client.pulled_digest(digest) == (digest, size)
        half, last = client.pulled_digest(digest, Range=f"bytes={size // 2}-"), size - size // 2
        assert half[1] == last
        growth[f"pulled {name}"] = memory(live) - before
    return growth


def _now(live: LiveServer) -> int:
    forget_peak(live)
    return memory(live)
