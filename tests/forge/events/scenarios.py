"""The scenes of the acts that append events: for each act, its situation and the act itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from forge.accounts.models import Organisation, User
from forge.builds import actions as builds
from forge.compute.pool.compiler import Compiler
from forge.jobs import queue
from forge.projects.models import Project
from tests.support.forge.factories.builds import take_job

Act = Callable[[], object]


@dataclass(frozen=True)
class EventWorld:
    """An organisation with a person of each role and a project. The developer is the one who follows."""

    organisation: Organisation
    project: Project
    owner: User
    developer: User
    reviewer: User
    stranger: User
    compiler: Compiler


@dataclass(frozen=True)
class EventScene:
    """An act in a situation."""

    act: str
    """The dotted name of the function."""
    situation: str
    set_up: Callable[[EventWorld], Act]

    @property
    def name(self) -> str:
        return f"{self.act.removeprefix('forge.')}: {self.situation}"


_SCENES: list[EventScene] = []


def scene(act: Callable[..., object]) -> Callable[[Callable[[EventWorld], Act]], Callable[[EventWorld], Act]]:
    """Puts a function that sets up a situation and returns the act into the table. Its name says the situation."""

    def put(set_up: Callable[[EventWorld], Act]) -> Callable[[EventWorld], Act]:
        name = f"{act.__module__}.{act.__qualname__}"
        _SCENES.append(EventScene(name, set_up.__name__.replace("_", " "), set_up))
        return set_up

    return put


def take_build(world: EventWorld) -> queue.JobLease:
    """A build that was requested and that a worker took."""
    builds.request_build(world.developer, world.project)
    return take_job()


def all_scenes() -> list[EventScene]:
    """The scenes of every module of the folder `scenes`, which holds one an app."""
    for module in iter_modules([str(Path(__file__).parent / "scenes")]):
        import_module(f"tests.forge.events.scenes.{module.name}")
    return list(_SCENES)
