"""A compiler's process with an attacker's code in it, and the targets around it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import forge
import rune
from forge.compute.child.job_file import JobFile
from forge.compute.pool.answer_reading import EVENTS, Fields
from forge.compute.pool.child_process import ChildProcess
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.fork_server import ForkServer
from tests.conftest import REPOSITORY
from tests.forge.compute.exploited.targets import Targets

EXPLOITED = Path(__file__).with_name("exploited")
OWNER = uuid4()


PACKAGES = (Path(forge.__path__[0]), Path(rune.__path__[0]), EXPLOITED)


class LackingForkServer(ForkServer):
    """A fork server that sees, with all that it forks, a kernel without these system calls."""

    def __init__(self, lacking: tuple[int, ...]) -> None:
        super().__init__("exploited.process", PACKAGES)
        self._lacking = lacking

    def command(self) -> list[str]:
        without = [sys.executable, str(REPOSITORY / "tests/support/without_call.py"), ",".join(map(str, self._lacking))]
        return [*without, *super().command()] if self._lacking else super().command()


@cache
def fork_server_without(lacking: tuple[int, ...]) -> ForkServer:
    return LackingForkServer(lacking)


class Exploited(ChildProcess):
    """The process, as the server starts it, with the attacker's code in it."""

    events: ClassVar[Mapping[str, Fields]] = {**EVENTS, "met": {}}


class Attacked(Compiler):
    """`lacking` are the numbers of system calls that the kernel does not seem to have."""

    def __init__(self, folder: Path, lacking: tuple[int, ...] = (), **others: Any) -> None:
        super().__init__(folder, **others)
        self._lacking = lacking

    def new_process(self) -> ChildProcess:
        class Process(Exploited):
            fork_server: ClassVar[ForkServer] = fork_server_without(self._lacking)

        return Process(self._root)

    def do(self, what: str, *, files: Mapping[str, JobFile] | None = None, **more: Any) -> dict[str, Any]:
        answers: list[Any] = []
        self.run({"do": what, **more}, answers.append, owner=OWNER, limit=60, files=files)
        return {key: value for key, value in answers[0].items() if key not in ("id", "event")} if answers else {}

    def attempt(self, names: set[str], targets: Targets) -> dict[str, str]:
        return self.do("attempt", names=sorted(names), targets=asdict(targets))


def left_behind(mark: str) -> list[Path]:
    return [place for folder in ("/tmp", "/var/tmp", "/dev/shm") if (place := Path(folder) / mark).exists()]
