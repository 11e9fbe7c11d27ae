"""A build worker as an operator starts it: `manage.py work` in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.support.servers.live_forge import REPOSITORY


@contextmanager
def worker(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Starts one that takes builds when this returns, and kills it at the end."""
    command = [sys.executable, "manage.py", "work"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            assert "Hammer Forge builds" in process.stdout.readline()
            yield process
        finally:
            process.kill()
