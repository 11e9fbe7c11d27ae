"""Build workers of an installation on PostgreSQL and Redis, without a web server, for tests that no build is lost.

Builds are asked for by the product's own actions; what became of them is read from the rows and the events.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.servers.live_forge import REPOSITORY
from tests.support.servers.services import Services

MAX_WAIT = 60.0
"""Seconds within which every build must have its result once nothing is broken any more."""
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class FarmResults:
    """The outcome of all builds."""

    states: dict[str, int]
    wrong: tuple[str, ...]
    """Builds that ended without exactly one result, with their logs."""
    artefacts: int
    attempts: int
    """The most that one build needed."""


@dataclass
class BuildFarm:
    """An installation's database, queue and data, and the workers that were started."""

    services: Services
    data: Path
    database: str
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parent = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        settings = self.services.environment(self.database) | {"BROKER_URL": self.services.redis.replace("/0", "/1")}
        # A worker would publish the templates, and their builds would be counted with those that are asked for.
        own = {"SECRET_KEY": "s" * 64, "DATA_DIR": str(self.data), "PUBLISH_TEMPLATES": "0"}
        self.environment = parent | settings | own
        self._run("manage.py", "migrate", "-v", "0")

    def fill(self, organisations: int, builds: int, first: int = 0) -> list[str]:
        """Asks for builds, each of other files, and returns their ids."""
        identifiers: list[str] = self._json("fill", str(organisations), str(builds), str(first))["asked"]
        return identifiers

    def run(self, script: str) -> None:
        """Runs a program of this folder in the installation's environment. Fails where it does."""
        self._run(str(_HERE / script))

    def results(self) -> FarmResults:
        reply = self._json("results")
        return FarmResults(reply["states"], tuple(reply["wrong"]), reply["artefacts"], reply["attempts"])

    def start_worker(self, *program: str) -> subprocess.Popen[str]:
        """Starts one and returns when it works; `program` is the usual one unless another is given."""
        process = self.launch_worker(*program)
        assert process.stdout is not None
        assert "Hammer Forge builds" in process.stdout.readline()
        return process

    def launch_worker(self, *program: str) -> subprocess.Popen[str]:
        """Starts one and does not wait until it works."""
        process = subprocess.Popen(
            [sys.executable, *(program or ("manage.py",)), "work"],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.workers.append(process)
        return process

    def kill(self, worker: subprocess.Popen[str]) -> None:
        """kill -9 of a worker; what it started has to notice by itself."""
        worker.kill()
        worker.wait()
        assert worker.stdout is not None
        worker.stdout.close()
        self.workers.remove(worker)

    def wake(self, times: int) -> None:
        """Wakes a worker, several times."""
        script = (
            "import django; django.setup(); import forge.celery; from forge.jobs.workers.slots import notify_workers\n"
            f"for _ in range({times}): notify_workers()"
        )
        self._run("-c", script, DJANGO_SETTINGS_MODULE="forge.settings")

    def states(self) -> dict[str, int]:
        """Returns how many builds there are of each state."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            rows = connection.execute("SELECT state, count(*) FROM jobs_job WHERE kind = 'build' GROUP BY state")
            return dict(rows.fetchall())

    def until_all_ended(self, seconds: float = MAX_WAIT) -> FarmResults:
        """The results once nothing waits or runs. Fails after so many seconds without."""
        self.until(lambda states: not states.get("queued", 0) + states.get("running", 0), seconds)
        return self.results()

    def until(self, condition: Callable[[dict[str, int]], bool], seconds: float = MAX_WAIT) -> None:
        """Waits for states of the builds."""
        deadline = time.monotonic() + seconds
        while not condition(states := self.states()):
            assert time.monotonic() < deadline, states
            time.sleep(0.1)

    def end(self) -> None:
        """Ends the workers that are left."""
        for worker in list(self.workers):
            worker.send_signal(signal.SIGCONT)
            self.kill(worker)

    def _json(self, *arguments: str) -> Any:
        return json.loads(self._run(str(_HERE / "build_queue.py"), *arguments))

    def _run(self, *arguments: str, **environment: str) -> str:
        command = [sys.executable, *arguments]
        variables = self.environment | environment
        process = subprocess.run(command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stderr[-4000:]
        return process.stdout


@contextmanager
def build_farm(services: Services, data: Path, database: str = "farm") -> Iterator[BuildFarm]:
    """A farm with a new database, until the end."""
    farm = BuildFarm(services, data, database)
    try:
        yield farm
    finally:
        farm.end()
