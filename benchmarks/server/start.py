"""Measures how long a newcomer waits: `make run` in a fresh clone with empty caches, and again when everything is
there."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figure import MEGABYTE, Spread, table
from tests.support.servers.fresh_clone import clone_into, cloned_forge

SECOND_STARTS = 5


def measure() -> str:
    with TemporaryDirectory() as name:
        folder = Path(name)
        clone = folder / "clone"
        clone_into(clone)
        clone_size = size_of(clone)
        before = received_bytes()
        seconds_before = processor_seconds()
        first = seconds_of_start(clone, folder)
        processor_time = processor_seconds() - seconds_before
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
        ("processor time of all its programs, which says more on a busy machine", f"{processor_time:.0f} s"),
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
    """Returns the time from `make run` to the first answer of its address; then Ctrl-C."""
    caches = {"UV_CACHE_DIR": "uv", "PIP_CACHE_DIR": "pip", "npm_config_cache": "npm", "XDG_CACHE_HOME": "cache"}
    begin = time.perf_counter()
    with cloned_forge(clone, {name: str(folder / cache) for name, cache in caches.items()}) as forge:
        forge.wait()
        return time.perf_counter() - begin


def processor_seconds() -> float:
    """The processor time of the programs that this one started and that have ended, with what those started."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


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
