"""Runs seeds of the simulation against a real installation, and kills its processes meanwhile.

What the people do and what their networks do is decided by the seed; when a process dies is decided by the machine.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.live_installation import LiveInstallation

SCRIPT = Path(__file__).with_name("simulation") / "main.mjs"
PROGRAM = str(Path(__file__).with_name("simulation") / "often.py")
"""The program that the installation runs: it merges stored updates after every few."""
LANES = 20
"""Rooms at once."""
BETWEEN_KILLS = (0.4, 2.5)
"""Seconds that all processes run between two kills."""


@dataclass(frozen=True)
class SimulationOutcome:
    """The outcome of a run; `problems` is empty when nothing was lost or doubled."""

    seeds: int
    clients: int
    characters: int
    acknowledged: int
    kills: int
    problems: tuple[str, ...]


def simulate(
    installation: LiveInstallation, seeds: Sequence[int], between_kills: tuple[float, float] = BETWEEN_KILLS
) -> SimulationOutcome:
    """Runs the seeds, then kills everything and looks whether all is still there. Nothing runs afterwards."""
    rooms = [[seed, installation.new_project(f"seed-{seed}")] for seed in seeds]
    for _, project in rooms:
        installation.first.api("PUT", f"projects/{project}/files/notes.md", content=b"Notes\n")
    with _node(installation) as ask:
        with _killing(installation, seeds[0], between_kills) as kills:
            results = ask({"do": "play", "rooms": rooms, "lanes": LANES})
        results += ask({"do": "end"})
        problems = [f"seed {room['seed']}: {problem}" for room in results for problem in room["problems"][:5]]
        installation.kill_all()
        installation.start_all()
        again = ask({"do": "check", "server": seeds[0]})
        problems += [
            f"seed {room['seed']}: not the same after everything was killed: {room['wrong']}"
            for room in again
            if room["wrong"]
        ]
    installation.kill_all()
    return SimulationOutcome(
        len(results),
        sum(room["clients"] for room in results),
        sum(room["typed"] for room in results),
        sum(room["acknowledged"] for room in results),
        len(kills) + len(installation.processes),
        tuple(problems),
    )


@contextmanager
def _killing(installation: LiveInstallation, seed: int, between: tuple[float, float]) -> Iterator[list[int]]:
    """Kills one process after another, in whatever it is doing, and starts it again."""
    chance, over, kills = random.Random(seed), threading.Event(), list[int]()
    failures: list[BaseException] = []

    def kill_again_and_again() -> None:
        try:
            while not over.wait(chance.uniform(*between)):
                process = chance.choice(installation.processes)
                process.kill()
                kills.append(process.port)
                process.start()
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=kill_again_and_again, name="killer")
    thread.start()
    try:
        yield kills
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]


@contextmanager
def _node(installation: LiveInstallation) -> Iterator[Any]:
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node is missing; make setup brings one")
    configuration = {"servers": installation.addresses, "headers": installation.headers()}
    command = [node, "--experimental-websocket", "--no-warnings", str(SCRIPT), json.dumps(configuration)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def ask(command: Any) -> list[Any]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
            answers: list[Any] = []
            for line in process.stdout:
                answer = json.loads(line)
                if answer.get("done"):
                    return answers
                answers.append(answer)
            raise AssertionError("the simulation ended by itself; what it said is above")

        try:
            yield ask
        finally:
            process.kill()
