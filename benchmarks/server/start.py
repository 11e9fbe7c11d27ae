"""How long a newcomer waits: `make run` in a fresh clone with empty caches, and again when everything is there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import MEGABYTE, ROOT, Spread, table
from tests.support.servers.live_forge import free_port

SECOND_STARTS = 5
LIMIT = 1800
"""Seconds after which the first start has failed."""


def measure() -> str:
    with TemporaryDirectory() as name:
        folder = Path(name)
        clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
        clone_size = size_of(clone)
        before = received_bytes()
        first = seconds_of_start(clone, folder)
        downloaded_bytes = received_bytes() - before
        again = Spread(tuple(seconds_of_start(clone, folder) for _ in range(SECOND_STARTS)))
        growth = size_of(clone) - clone_size
        parts = {
            "packages in .venv": size_of(clone / ".venv"),
            "the front end's packages": size_of(clone / "frontend" / "node_modules"),
            "the front end": size_of(clone / "static" / "build"),
            "data": size_of(clone / "data"),
        }
    rows = [
        ("first `make run`, to a page that answers", f"{first:.0f} s"),
        (f"second `make run`, median of {SECOND_STARTS}", f"{again.median:.1f} s"),
        ("second `make run`, slowest", f"{max(again.values):.1f} s"),
        ("received over the network meanwhile", f"{downloaded_bytes / MEGABYTE:.0f} MB"),
        ("on disk afterwards, beside the clone", f"{growth / MEGABYTE:.0f} MB"),
        *((f"· {part}", f"{size / MEGABYTE:.0f} MB") for part, size in parts.items()),
    ]
    return (
        "A fresh clone with empty caches of pip, uv and npm, from the command to a page that answers. What was "
        "received is counted at the network interfaces, so it also holds what other programs fetched meanwhile.\n\n"
        + table(["", ""], rows)
    )


def seconds_of_start(clone: Path, folder: Path) -> float:
    """From `make run` to the first answer of its address; then Ctrl-C."""
    port = free_port()
    begin = time.perf_counter()
    with running(clone, folder, port) as process:
        address = f"http://127.0.0.1:{port}/healthz"
        while not answers(address):
            if process.poll() is not None or time.perf_counter() - begin > LIMIT:
                raise RuntimeError(f"make run did not start: {(folder / 'run.log').read_text()[-3000:]}")
            time.sleep(0.02)  # a page that answers is nothing that one can wait for in another way
        return time.perf_counter() - begin


@contextmanager
def running(clone: Path, folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`make run` with caches of its own."""
    caches = {
        "UV_CACHE_DIR": folder / "uv",
        "PIP_CACHE_DIR": folder / "pip",
        "npm_config_cache": folder / "npm",
        "XDG_CACHE_HOME": folder / "cache",
    }
    left_out = re.compile("VIRTUAL_ENV|DATA_DIR|PUBLIC_URL|HOST|DJANGO_.*|MAKE.*")
    environment = {name: value for name, value in os.environ.items() if not left_out.fullmatch(name)}
    environment |= {name: str(path) for name, path in caches.items()} | {"PORT": str(port)}
    environment["PATH"] = os.pathsep.join(
        part for part in environment["PATH"].split(os.pathsep) if Path(part) != ROOT / ".venv" / "bin"
    )
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(
            ["make", "run"], cwd=clone, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def received_bytes() -> int:
    """Bytes that came in over all network interfaces but the loopback, since they are up."""
    total = 0
    for line in Path("/proc/net/dev").read_text().splitlines()[2:]:
        name, _, counts = line.partition(":")
        if name.strip() != "lo":
            total += int(counts.split()[0])
    return total


def size_of(folder: Path) -> int:
    """Bytes that a folder takes on the disk, a file with two names counted once."""
    if not folder.exists() or shutil.which("du") is None:
        return 0
    process = subprocess.run(["du", "-s", "--block-size=1", str(folder)], check=True, capture_output=True, text=True)
    return int(process.stdout.split()[0])
