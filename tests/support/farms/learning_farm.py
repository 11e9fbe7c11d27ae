"""Workers of an installation on PostgreSQL and Redis that train and search."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.farms.build_farm import BuildFarm, build_farm
from tests.support.servers.live_forge import REPOSITORY
from tests.support.servers.services import running_services

MAX_WAIT = 600.0
_PAUSE = 0.5
_SCRIPT = Path(__file__).with_name("learning_queue.py")


@contextmanager
def learning_farm(data: Path, database: str) -> Iterator[BuildFarm]:
    """A farm whose database outlives its workers. Raises `ServiceMissing`."""
    with running_services(durable=True) as services, build_farm(services, data, database) as farm:
        yield farm


def answer_of(farm: BuildFarm, *arguments: str) -> Any:
    """The answer of a command of `learning_queue.py`."""
    command = [sys.executable, str(_SCRIPT), *arguments]
    process = subprocess.run(
        command, cwd=REPOSITORY, env=farm.environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert process.returncode == 0, process.stderr[-4000:]
    return json.loads(process.stdout.splitlines()[-1])


def until(read: Callable[[], Any], condition: Callable[[Any], Any]) -> Any:
    """Reads until a condition is true; returns what was read."""
    deadline = time.monotonic() + MAX_WAIT
    while not condition(state := read()):
        assert time.monotonic() < deadline, state
        time.sleep(_PAUSE)
    return state
