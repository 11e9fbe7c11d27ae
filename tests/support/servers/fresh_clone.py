"""`make run` in a fresh clone of the project, as somebody runs it who sees the project for the first time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers.live_forge import REPOSITORY, free_port

LIMIT = 1800
"""Seconds after which the first start has failed."""
_NOT_PASSED_ON = re.compile("VIRTUAL_ENV|DATA_DIR|PUBLIC_URL|HOST|DJANGO_.*|MAKE.*")
_LINK = re.compile(r"http\S+#token=\S+")


def clone_into(folder: Path) -> None:
    """Clones what is committed."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), str(folder)], check=True)


@dataclass(frozen=True)
class ClonedForge:
    """A server that `make run` started in a clone, with what it printed in a file."""

    address: str
    log: Path
    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Returns when its pages are served. Raises `RuntimeError` with the end of the log."""
        begin = time.monotonic()
        while not answers(f"{self.address}/healthz"):
            if self.process.poll() is not None or time.monotonic() - begin > LIMIT:
                raise RuntimeError(f"make run did not start: {self.log.read_text()[-3000:]}")
            time.sleep(0.02)  # a page that answers is nothing that one can wait for in another way

    def printed_link(self) -> str:
        """The sign-in link that the first start prints."""
        match = _LINK.search(self.log.read_text())
        assert match, self.log.read_text()
        return match.group()


@contextmanager
def cloned_forge(clone: Path, caches: Mapping[str, str] | None = None) -> Iterator[ClonedForge]:
    """Runs `make run` in a clone until the end of the block, then ends it as Ctrl-C does. `caches` are variables that
    say where package managers keep what they download."""
    environment = {name: value for name, value in os.environ.items() if not _NOT_PASSED_ON.fullmatch(name)}
    port = free_port()
    environment |= {"PORT": str(port), **(caches or {})}
    environment["PATH"] = os.pathsep.join(
        part for part in environment["PATH"].split(os.pathsep) if Path(part) != REPOSITORY / ".venv" / "bin"
    )
    log = clone.parent / "run.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            ["make", "run"], cwd=clone, env=environment, stdout=file, stderr=file, start_new_session=True
        )
    try:
        yield ClonedForge(f"http://127.0.0.1:{port}", log, process)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def answers(address: str) -> bool:
    """Returns whether an address answers 200 now."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
