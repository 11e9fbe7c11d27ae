"""`python -m tests.support.field.periodic_work` does the periodic work of an installation that its input names.

The scheduler of a server waits by a clock that no test sets. This program leases and runs the same tasks as a worker
does, a task for each line of its input, and writes the line when the task has ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.support.servers.live_forge import REPOSITORY


class PeriodicWork:
    """The program, as a test has it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, name: str) -> None:
        """Runs a task, unless a worker has just taken it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline().strip() == name, "the program of periodic work ended"


@contextmanager
def periodic_work(environment: Mapping[str, str]) -> Iterator[PeriodicWork]:
    """Starts the program in the environment of an installation, and ends it with the block."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=dict(environment), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield PeriodicWork(process)
        finally:
            process.kill()


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    django.setup()
    from forge.core.processes.periodic import run_claimed, tasks

    for line in sys.stdin:
        name = line.strip()
        run_claimed(tasks[name])
        print(name, flush=True)


if __name__ == "__main__":
    main()
