"""Measures how much slower one organisation's builds, previews and answers become while another one asks for all it
can.

Two organisations, on one server that builds by itself and on a server with a worker beside it, which know each other by
PostgreSQL and Redis alone. Every build and preview is of a text that was never built before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import httpx

from benchmarks.figure import CannotMeasure, Spread, table
from benchmarks.language.checking import runefile
from tests.support.servers.live_server import LiveServer
from tests.support.servers.live_worker import worker
from tests.support.servers.services import ServiceMissing, running_services

SAMPLES = 5
LONG_BUILD = 3_000
"""Stages of a Runefile that takes about 20 s to build."""
SLOW_QUESTION = 4_000
"""Stages of a Runefile that takes about a second to check."""
LONG_BUILDS, LARGE_PREVIEWS, PARALLEL_QUESTIONS = 5, 2, 8
LIMIT = 2.0
"""Times slower that another organisation may make one."""
TIMEOUT = 600.0
"""Seconds after which a measurement is given up."""
QUIET = 240.0
"""Seconds within which the server must be at rest after an attack."""


@dataclass
class BusyOrganisation:
    """One organisation, with what it asks for. Each text is another one."""

    live: LiveServer
    organisation: str
    numbers: Iterator[int] = field(default_factory=count)

    def new_project(self, name: str) -> str:
        self.live.api("POST", "projects", json={"organisation": self.organisation, "name": name, "template": "sine"})
        return f"{self.organisation}/{name}"

    def write(self, project: str, text: str) -> None:
        """Writes a Runefile that no one has built."""
        content = f"# {self.organisation} {next(self.numbers)}\n{text}"
        self.live.api("PUT", f"projects/{project}/files/Runefile.yml", content=content.encode())

    def text(self, project: str) -> str:
        return self.live.http.get(f"/api/v1/projects/{project}/files/Runefile.yml").raise_for_status().text

    def ask(self, project: str, **request: Any) -> httpx.Response:
        """One question to the language service, with whatever answer."""
        path = f"/api/v1/projects/{project}/language"
        body = {"ask": "check", **request}
        return self.live.http.post(path, headers=_headers(self.live), json=body, timeout=TIMEOUT)


@dataclass(frozen=True)
class WaitTimes:
    """Seconds that somebody waited for each."""

    build: Spread
    preview: Spread
    answer: Spread

    def cells(self, before: WaitTimes, after: WaitTimes) -> tuple[str, ...]:
        """Each with its ratio to the mean of what it was before and after."""
        kinds = (
            (self.build, before.build, after.build),
            (self.preview, before.preview, after.preview),
            (self.answer, before.answer, after.answer),
        )
        return tuple(
            cell
            for mine, one, other in kinds
            for cell in (
                f"{mine.median:.3f}",
                f"{max(mine.values):.3f}",
                f"{2 * mine.median / (one.median + other.median):.1f}",
            )
        )


def measure() -> str:
    tables = []
    for name, layout in LAYOUTS.items():
        with layout() as live:
            tables.append(f"{name}:\n\n{_comparison(live)}")
    return (
        f"The medians of {SAMPLES}, in one project of one organisation: a press of Build to its end, an edit to the "
        "preview of it, and a question of an editor to its answer. Meanwhile another organisation keeps "
        f"{LONG_BUILDS} builds of about 20 s waiting, edits {LARGE_PREVIEWS} projects whose preview takes as long, and "
        f"asks {PARALLEL_QUESTIONS} questions of a second at once. Each ratio is to the mean of the rows above and "
        f"below, which were measured right before and after. No ratio may reach {LIMIT:g}.\n\n" + "\n\n".join(tables)
    )


def _comparison(live: LiveServer) -> str:
    """The table of one layout."""
    victim = BusyOrganisation(live, live.organisation())
    live.api("POST", "organisations", json={"name": "greedy", "title": "Greedy"})
    attacker = BusyOrganisation(live, "greedy")
    project = victim.new_project("mine")
    text = victim.text(project)
    measure_wait = partial(_wait_times, victim, project, text)
    measure_wait(samples=2)  # what is slow once is not what this is about
    before = measure_wait()
    rows = [("nothing", *before.cells(before, before))]
    for name, attack in ATTACKS.items():
        with attack(attacker):
            times = measure_wait()
        _rest(live, attacker)
        after = measure_wait()  # before and after: the machine may be busy with other things, and more so by and by
        rows += [(name, *times.cells(before, after)), ("nothing", *after.cells(after, after))]
        before = after
    head = ["while another organisation has"]
    for what in ("build", "preview", "answer"):
        head += [f"{what}, s", "slowest", "ratio"]
    return table(head, rows)


@contextmanager
def _one_process() -> Iterator[LiveServer]:
    with TemporaryDirectory() as folder, LiveServer(Path(folder) / "data") as live:
        yield live


@contextmanager
def _server_and_worker() -> Iterator[LiveServer]:
    """Runs both as the compose file does, without containers. Raises `CannotMeasure`."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        try:
            services = stack.enter_context(running_services(durable=True))
        except ServiceMissing as missing:
            raise CannotMeasure(str(missing)) from missing
        environment = services.environment("forge") | {"BROKER_URL": services.redis}
        live = stack.enter_context(LiveServer(Path(folder) / "data", environment))
        stack.enter_context(worker(live.environment))
        yield live


def _wait_times(victim: BusyOrganisation, project: str, text: str, samples: int = SAMPLES) -> WaitTimes:
    builds, previews, answers = [], [], []
    for _ in range(samples):
        victim.write(project, text)
        previews.append(_seconds_until(partial(_is_current, victim.live, project)))
        begin = time.monotonic()
        while not victim.ask(project).is_success:  # refused: a person asks again
            time.sleep(0.5)
        answers.append(time.monotonic() - begin)
        victim.write(project, text)
        build = victim.live.api("POST", f"projects/{project}/builds")
        builds.append(_seconds_until(partial(_is_over, victim.live, build["id"])))
    return WaitTimes(Spread(tuple(builds)), Spread(tuple(previews)), Spread(tuple(answers)))


def _is_current(live: LiveServer, project: str) -> bool:
    return bool(live.api("GET", f"projects/{project}/preview")["current"])


def _is_over(live: LiveServer, build: str) -> bool:
    return live.api("GET", f"builds/{build}")["state"] not in ("queued", "running")


def _seconds_until(condition: Callable[[], bool]) -> float:
    """Asks again and again, more seldom the longer it takes: the server counts requests."""
    begin = time.monotonic()
    while not condition():
        seconds = time.monotonic() - begin
        if seconds > TIMEOUT:
            break  # what was waited for so long is a figure too
        time.sleep(max(0.02, seconds / 20))
    return time.monotonic() - begin


@contextmanager
def _again_and_again(*acts: Callable[[], None]) -> Iterator[None]:
    """Does each act in a thread of its own until the end; all have begun when this returns."""
    over = Event()
    failures: list[BaseException] = []

    def repeat(act: Callable[[], None], has_begun: Event) -> None:
        try:
            while not over.is_set():
                act()
                has_begun.set()
        except BaseException as failure:
            failures.append(failure)
            has_begun.set()

    with ExitStack() as stack:
        for act in acts:
            has_begun = Event()
            thread = Thread(target=repeat, args=(act, has_begun))
            thread.start()
            stack.callback(thread.join)
            has_begun.wait(TIMEOUT)
        stack.callback(over.set)
        yield
    if failures:
        raise failures[0]


@contextmanager
def _long_builds(attacker: BusyOrganisation) -> Iterator[None]:
    """Keeps some long builds waiting or running."""
    project = attacker.new_project("builds")
    attacker.write(project, runefile(LONG_BUILD))
    builds: list[str] = []

    def press() -> None:
        builds[:] = [build for build in builds if not _is_over(attacker.live, build)]
        while len(builds) < LONG_BUILDS:
            attacker.write(project, runefile(LONG_BUILD))
            builds.append(attacker.live.api("POST", f"projects/{project}/builds")["id"])
        time.sleep(1)

    with _again_and_again(press):
        yield
    for build in builds:
        attacker.live.http.post(f"/api/v1/builds/{build}/cancel", headers=_headers(attacker.live))


@contextmanager
def _large_previews(attacker: BusyOrganisation) -> Iterator[None]:
    """Edits projects with large pipelines again and again."""
    projects = [attacker.new_project(f"previews-{number}") for number in range(LARGE_PREVIEWS)]

    def edit(project: str) -> None:
        attacker.write(project, runefile(LONG_BUILD))
        time.sleep(1)

    with _again_and_again(*(partial(edit, project) for project in projects)):
        yield
    for project in projects:
        attacker.write(project, "version: 1\n")


@contextmanager
def _questions(attacker: BusyOrganisation) -> Iterator[None]:
    """Asks slow questions, several at once; those that are refused are asked again after a moment."""
    project = attacker.new_project("questions")
    text = runefile(SLOW_QUESTION)

    def ask() -> None:
        if not attacker.ask(project, files={"Runefile.yml": {"text": text}}).is_success:
            time.sleep(0.5)

    with _again_and_again(*[ask] * PARALLEL_QUESTIONS):
        yield


def _rest(live: LiveServer, attacker: BusyOrganisation) -> None:
    """Waits until the attacker's last previews are made."""
    deadline = time.monotonic() + QUIET
    names = [f"{attacker.organisation}/previews-{number}" for number in range(LARGE_PREVIEWS)]
    for project in [f"{attacker.organisation}/builds", *names]:
        path = f"/api/v1/projects/{project}/preview"
        while (response := live.http.get(path)).is_success and time.monotonic() < deadline:
            if response.json()["state"] in ("ready", "broken", "failed"):
                break
            time.sleep(1)


def _headers(live: LiveServer) -> Mapping[str, str]:
    return {"X-CSRFToken": live.http.cookies["csrftoken"], "Referer": live.address}


ATTACKS: Mapping[str, Callable[[BusyOrganisation], AbstractContextManager[None]]] = {
    f"{LONG_BUILDS} long builds": _long_builds,
    f"{LARGE_PREVIEWS} large previews": _large_previews,
    f"{PARALLEL_QUESTIONS} slow questions": _questions,
}
"""The layouts of the server, by the text of the table's row."""

LAYOUTS: Mapping[str, Callable[[], AbstractContextManager[LiveServer]]] = {
    "One server that builds by itself": _one_process,
    "A server and a worker on the same machine": _server_and_worker,
}
"""The notes above a table, by its name."""
