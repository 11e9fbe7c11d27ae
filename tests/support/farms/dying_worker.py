"""A build worker that is killed, as by `kill -9`, at one step of its first build: `dying_worker.py STEP work`."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
STEPS = {
    "taken": ("building.BuildRun.run", "before"),
    "checked": ("building.BuildRun.logged", "before"),
    "compiled": ("execution.keep_artefact", "before"),
    "stored": ("execution.keep_artefact", "after"),
    "verified": ("building.BuildRun.measured", "before"),
    "measured": ("building.BuildRun.measured", "after"),
    "ending": ("queue.finish", "before"),
    "ended": ("queue.finish", "after"),
}
"""The function at which it dies, and whether that is before the call or after it."""


def die_at(step: str) -> None:
    """Replaces the step's function by one that ends this process."""
    path, moment = STEPS[step]
    module, *names, last = path.split(".")
    owner: Any = import_module(f"forge.jobs.{module}" if module == "queue" else f"forge.builds.runs.{module}")
    for name in names:
        owner = getattr(owner, name)
    usual = getattr(owner, last)

    def deadly(*arguments: Any, **keywords: Any) -> None:
        if moment == "after":
            usual(*arguments, **keywords)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, last, deadly)


def main() -> None:
    sys.path.insert(0, str(REPOSITORY))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    die_at(sys.argv.pop(1))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
