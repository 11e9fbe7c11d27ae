"""A compiler's process with an attacker's code in it, and the targets around it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from forge.compute.child.job_file import JobFile
from forge.compute.pool.answer_reading import EVENTS, Fields
from forge.compute.pool.child_process import ChildProcess
from forge.compute.pool.compiler import Compiler
from tests.conftest import REPOSITORY
from tests.forge.compute.exploited.targets import Targets

EXPLOITED = Path(__file__).with_name("exploited")
OWNER = uuid4()


class Exploited(ChildProcess):
    """The process, as the server starts it, with the attacker's code in it."""

    program = "exploited.process"
    events: ClassVar[Mapping[str, Fields]] = {**EVENTS, "met": {}}


class Attacked(Compiler):
    """`lacking` are the numbers of system calls that the kernel does not seem to have."""

    def __init__(self, folder: Path, lacking: tuple[int, ...] = (), **others: Any) -> None:
        super().__init__(folder, **others)
        self._lacking = lacking

    def new_process(self) -> ChildProcess:
        lacking = self._lacking

        class Process(Exploited):
            def _command(self, own: Path, entrance: Sequence[int], seconds: int | None) -> list[str]:
                command = super()._command(own, entrance, seconds)
                without = [
                    sys.executable,
                    str(REPOSITORY / "tests/support/without_call.py"),
                    ",".join(map(str, lacking)),
                ]
                return [*without, *command] if lacking else command

        return Process(self._root, self._environment)

    @staticmethod
    def _environment(folder: Path) -> dict[str, str]:
        environment = Compiler._environment(folder)
        (Path(environment["PYTHONPATH"]) / EXPLOITED.name).symlink_to(EXPLOITED)
        return environment

    def do(self, what: str, *, files: Mapping[str, JobFile] | None = None, **more: Any) -> dict[str, Any]:
        answers: list[Any] = []
        self.run({"do": what, **more}, answers.append, owner=OWNER, limit=60, files=files)
        return {key: value for key, value in answers[0].items() if key not in ("id", "event")} if answers else {}

    def attempt(self, names: set[str], targets: Targets) -> dict[str, str]:
        return self.do("attempt", names=sorted(names), targets=asdict(targets))


def left_behind(mark: str) -> list[Path]:
    return [place for folder in ("/tmp", "/var/tmp", "/dev/shm") if (place := Path(folder) / mark).exists()]
