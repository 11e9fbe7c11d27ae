"""Several web processes of one installation, on one database and one data folder; each can be killed."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.servers.live_forge import LiveForge
from tests.support.servers.live_server import LiveServer


class LiveInstallation:
    """The first process is a `LiveServer` in whose session the first person is signed in; all share sessions."""

    def __init__(
        self,
        data: Path,
        environment: Mapping[str, str] | None = None,
        processes: int = 2,
        program: str = LiveForge.program,
    ) -> None:
        environment = {"SHARED_DATA": "1", **(environment or {})}
        self.first = LiveServer(data, environment)
        self.processes: tuple[LiveForge, ...] = (
            self.first,
            *(LiveForge(data, environment) for _ in range(processes - 1)),
        )
        for process in self.processes:
            process.program = program
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            # The first one brings the database up and makes the keys.
            stack.enter_context(self.first)
            self.first.let_one_person_be_many()
            for process in self.processes[1:]:
                stack.enter_context(process)
            self._ending = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.close()

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(process.address for process in self.processes)

    def headers(self) -> dict[str, str]:
        """The headers of a client that is no browser but the signed-in person."""
        cookies = self.first.http.cookies
        cookie_header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return {"Cookie": cookie_header, "X-CSRFToken": str(cookies["csrftoken"])}

    def new_project(self, name: str) -> str:
        organisation = self.first.organisation()
        self.first.api("POST", "projects", json={"organisation": organisation, "name": name})
        return f"{organisation}/{name}"

    def kill_all(self) -> None:
        for process in self.processes:
            process.kill()

    def start_all(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda process: process.start(), self.processes))
