"""100,000 samples and 50 GB on a disk, in flat memory: imports, the list, a version, and an export of all of it.

The recordings are generated: they pack well, so that sending them takes little, and are stored as they are.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from benchmarks.machine import children_of
from rune.datasets.content.wav import wav_bytes
from tests.support.servers.live_server import REPOSITORY, LiveServer

pytestmark = pytest.mark.proof

Record = Callable[[str, object], None]
MEGABYTE = 1_000_000
SMALL_ARCHIVES, SMALL_FILES, SMALL_SECONDS = 10, 10_000, 0.05
LARGE_ARCHIVES, LARGE_FILES, LARGE_SECONDS = 49, 130, 245
RATE, PIECE = 16_000, 16 * MEGABYTE
LARGE_BYTES = LARGE_ARCHIVES * LARGE_FILES * LARGE_SECONDS * RATE * 2
MOST_GROWTH = (8 * 8 + 4 * 16) * MEGABYTE
"""The most growth of one process between the first archive and the last: eight recordings of the largest size, and
the pages of a database with 100,000 rows that four connections of SQLite keep. Samples that stay would add a
gigabyte with each archive."""
MOST_OF_A_ROW = 2_500
"""Bytes of memory for each sample of a version and of its export; a sample has 470,000 on average."""
MOST_DIRECTORY = 64 * MEGABYTE
"""The most bytes of the directory of the export's ZIP file."""
SECONDS_OF_IMPORT = 1800.0
"""The longest that an archive may take on a busy machine."""
LABELS = ("knock", "glass", "speech", "nothing")
_NOISE = np.random.default_rng(1).integers(-9_000, 9_000, 4_000, dtype=np.int16)


def recording(number: int, seconds: float) -> bytes:
    """A WAV file of noise that repeats, and that is like no other in its first values."""
    values = np.resize(_NOISE, round(RATE * seconds))
    values[:4] = np.frombuffer(number.to_bytes(8, "little"), np.int16)
    return wav_bytes(RATE, values.tobytes())


def archive(first: int, files: int, seconds: float) -> bytes:
    """A ZIP file with a folder for each label."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zip_file:
        for number in range(first, first + files):
            name = f"{LABELS[number % len(LABELS)]}/{number % 50:08x}_nohash_{number}.wav"
            zip_file.writestr(name, recording(number, seconds))
    return target.getvalue()


class MemoryWatch:
    """The most memory that each program of a tree had: what is its own, and what it shares; not the system's cache."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    @contextmanager
    def peaks(self) -> Iterator[Counter[str]]:
        """The peaks of what is done inside: those of "server", which answers, and of "child", all that it started."""
        peaks, stop = Counter[str](), threading.Event()

        def look() -> None:
            while not stop.wait(0.05):
                for pid in _tree(self._pid):
                    role = "server" if pid == self._pid else "child"
                    peaks[role] = max(peaks[role], _own_memory(pid))

        looker = threading.Thread(target=look)
        looker.start()
        try:
            yield peaks
        finally:
            stop.set()
            looker.join()


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in children_of(pid):
        yield from _tree(child)


def _own_memory(pid: int) -> int:
    """Bytes; 0 for a process that is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return sum(int(each) * 1024 for each in re.findall(r"Rss(?:Anon|Shmem):\s+(\d+) kB", status))


class DataSession:
    """A person's requests for the data of one project."""

    def __init__(self, live: LiveServer, project: str) -> None:
        self.live, self.path = live, f"projects/{project}/data"

    def consent(self) -> str:
        terms = self.live.api("GET", f"{self.path}/terms")
        body = {name: terms[name] for name in ("purposes", "days", "text")}
        return str(self.live.api("POST", f"{self.path}/consents", json=body)["id"])

    def bring_in(self, data: bytes) -> Any:
        """Imports an archive; answers the import when it is done."""
        row = self.live.api("POST", f"{self.path}/imports", json={"consent": self.consent(), "size": len(data)})
        address = f"{self.path}/imports/{row['id']}"
        for offset in range(0, len(data), PIECE):
            headers = {"Content-Type": "application/octet-stream"}
            piece = data[offset : offset + PIECE]
            self.live.api("PUT", f"{address}/bytes?offset={offset}", headers, content=piece)
        self._until(address, "ready")
        self.live.api("POST", f"{address}/start", json={})
        return self._until(address, "done")

    def _until(self, address: str, state: str) -> Any:
        def settled() -> Any:
            row = self.live.api("GET", address)
            return row if row["state"] in (state, "failed") else None

        row = self.live.until(settled, SECONDS_OF_IMPORT)
        assert row["state"] == state, row
        return row

    def export(self, target: Path) -> int:
        """Saves a version and reads its export. Returns the samples of the version.

        Of the export only the end is written, where a ZIP file has its directory: what is before it is a hole in the
        file, since the disk need not have room for all samples twice.
        """
        revision = self.live.api("GET", self.path)["revision"]
        version = self.live.api("POST", f"{self.path}/versions", json={"revision": revision})
        address = f"/api/v1/{self.path}/versions/{version['number']}/export?layout=data-folder"
        size, end = 0, bytearray()
        with self.live.http.stream("GET", address) as answer:
            assert answer.status_code == 200
            for chunk in answer.iter_bytes():
                size += len(chunk)
                end += chunk
                del end[:-MOST_DIRECTORY]
        with target.open("wb") as file:
            file.seek(size - len(end))
            file.write(end)
        return int(version["figures"]["samples"])


def test_a_hundred_thousand_samples_and_fifty_gigabytes_stay_on_the_disk(record_property: Record) -> None:
    with TemporaryDirectory() as folder, LiveServer(Path(folder) / "data") as live:
        organisation = live.organisation()
        command = [sys.executable, "manage.py", "quota", organisation, "bytes=100GB"]
        subprocess.run(command, cwd=REPOSITORY, env=live.environment, check=True, capture_output=True, timeout=120)
        live.api("POST", "projects", json={"organisation": organisation, "name": "kitchen", "template": "sine"})
        data, watch = DataSession(live, f"{organisation}/kitchen"), MemoryWatch(live.pid)
        first, last = Counter[str](), Counter[str]()
        number = 0
        for count, files, seconds in (
            (LARGE_ARCHIVES, LARGE_FILES, float(LARGE_SECONDS)),
            (SMALL_ARCHIVES, SMALL_FILES, SMALL_SECONDS),
        ):
            for _ in range(count):
                path = archive(number, files, seconds)
                with watch.peaks() as peaks:
                    row = data.bring_in(path)
                assert (row["new_samples"], row["omission_count"]) == (files, 0), row["omissions"]
                number += files
                first, last = (first or peaks), peaks
            assert {role: size for role, size in last.items() if size > first[role] + MOST_GROWTH} == {}
        with watch.peaks() as peaks:
            assert len(live.api("GET", f"{data.path}/samples/numbers")["numbers"]) == number
            samples = data.export(Path(folder) / "export.zip")
        disk_bytes = sum(each.stat().st_size for each in (Path(folder) / "data" / "blobs").rglob("*") if each.is_file())
        record_property("samples", f"{number:,}")
        record_property("bytes on the disk", f"{disk_bytes / 1e9:.1f} GB")
        for role in ("server", "child"):
            megabytes = ", ".join(f"{each[role] / MEGABYTE:.0f}" for each in (first, last, peaks))
            record_property(f"MB of the {role}: first archive, last one, version and export", megabytes)
        with zipfile.ZipFile(Path(folder) / "export.zip") as export:
            sizes = [each.file_size for each in export.infolist() if each.filename.endswith(".wav")]
        assert samples == len(sizes) == number
        assert min(disk_bytes, sum(sizes)) > LARGE_BYTES
        most = first["server"] + MOST_GROWTH + number * MOST_OF_A_ROW
        assert peaks["server"] < most, "of 100,000 samples there are rows, and no bytes"
        first_sample = live.http.get(f"/api/v1/{data.path}/samples/1/recording").content
        sent_as = int.from_bytes(first_sample[44:52], "little")
        assert first_sample == recording(sent_as, LARGE_SECONDS), "stored as it was sent"
