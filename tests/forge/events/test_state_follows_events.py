"""For every act that tells of itself: the state before, changed by its events, is the state after, read fresh.

The scenes of a project are also written, as JSON, into `cases.json`, by which the front end's `afterEvent` is tested:
`FORGE_WRITE_EVENT_CASES=1` writes it; look at what changed in it.
"""

from __future__ import annotations

import json
import os
import re
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from django.test import Client

import forge
from forge.accounts.models import Organisation, User
from forge.compute.pool.compiler import Compiler
from forge.core.events.declarations import NewEvent, StreamKind
from forge.core.events.log import event_checks, last_sequence
from forge.core.models import AuditEntry, Event
from forge.notices.events import inbox_stream
from forge.projects.models import Project
from tests.forge.acts import code_of, telling
from tests.forge.events.following import Told, View, after, read, read_all
from tests.forge.events.scenarios import SCENES, Scene, World, acts_with_a_scene
from tests.forge.test_acts import RECORDERS, UNAUDITED

CASES = Path(__file__).with_name("cases.json")
WRITE = "FORGE_WRITE_EVENT_CASES"

_heard: deque[NewEvent] = deque(maxlen=100)
event_checks.register(_heard.append)


@pytest.fixture
def world(
    organisation: Organisation,
    project: Project,
    owner: User,
    developer: User,
    reviewer: User,
    stranger: User,
    compiler: Compiler,
) -> World:
    return World(organisation, project, owner, developer, reviewer, stranger, compiler)


def test_each_act_that_tells_has_a_scene() -> None:
    assert set(acts_with_a_scene()) == telling(code_of(Path(forge.__path__[0])))


def is_unaudited(act: str) -> bool:
    """Whether nobody acts, or nothing is to be remembered, as `tests.forge.test_acts` says with the reasons."""
    return act in UNAUDITED or act.rpartition(".")[0] in RECORDERS


def happened(scene: Scene, world: World, client: Client) -> tuple[View, list[Told], View]:
    """What was known before, the events as sockets tell them, and what is read fresh after."""
    streams = (
        world.project.stream,
        world.organisation.stream,
        world.developer.stream,
        inbox_stream(world.developer.pk),
        inbox_stream(world.organisation.pk),
    )
    act = scene.set_up(world)
    world.project.refresh_from_db()
    before = read_all(client, world.project.pk)
    numbers = {stream: last_sequence(stream) for stream in streams}
    start = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    _heard.clear()
    written = AuditEntry.objects.count()
    act()
    assert is_unaudited(scene.act) or AuditEntry.objects.count() > written, "it writes no audit entry"
    rows = Event.objects.filter(pk__gt=start).order_by("pk")
    told = [
        Told(new.type, row.sequence, {**row.data, **new.says})
        for row, new in zip(rows, _heard, strict=True)
        if row.stream_id in streams and row.sequence > numbers[row.stream_id]
    ]
    return before, told, read_all(client, world.project.pk)


def _each_fifth(scenes: Sequence[Scene]) -> list[ParameterSet]:
    """All scenes; four of five, each of which reads all that can be followed some times, among the proofs."""
    return [
        pytest.param(scene, id=scene.name, marks=() if number % 5 == 0 else pytest.mark.proof)
        for number, scene in enumerate(scenes)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("scene", _each_fifth(SCENES))
def test_the_state_before_and_its_events_are_the_state_after(
    scene: Scene, world: World, browser_of: Callable[[User | None], Client]
) -> None:
    client = browser_of(world.developer)
    reading = partial(read, client, world.project.pk)
    before, told, fresh = happened(scene, world, client)
    assert told, "it tells nothing"
    plain = [event.without_told() for event in told]
    for events in [told] if told == plain else [told, plain]:
        view = before
        for event in events:
            view = after(view, event, reading)
        assert view == fresh
    _hold(scene.name, before, told, fresh)


def _hold(name: str, before: View, told: list[Told], fresh: View) -> None:
    """Compares a scene with the committed cases, or writes it there. What tells a project nothing is no case."""
    events = [event for event in told if event.type.stream == StreamKind.PROJECT]
    if not events or fresh["state"] is None:
        return
    messages = [{"sequence": event.sequence, "type": event.type.name, "data": event.data} for event in events]
    found = _steady({"before": before["state"], "events": messages, "after": fresh["state"]})
    cases = json.loads(CASES.read_text("utf-8")) if CASES.exists() else {}
    if os.environ.get(WRITE):
        CASES.write_text(json.dumps(cases | {name: found}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    else:
        assert cases.get(name) == found, f"write it anew and look at the diff: {WRITE}=1 with this file"


def test_the_cases_are_of_scenes_that_exist() -> None:
    assert set(json.loads(CASES.read_text("utf-8"))) <= {scene.name for scene in SCENES}


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SIZE = re.compile(r'"(size|memory)": \d+')
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")


def _steady(value: Any) -> Any:
    """The same value with ids, digests and moments that are the same each time: numbered as they are met.

    Sizes of what the compiler makes are left out too: this file says nothing about them.
    """
    text = _numbered(_ID, "00000000-0000-4000-8000-{:012}", json.dumps(value))
    text = _SIZE.sub(r'"\1": 1', text)
    text = _numbered(_DIGEST, "sha256:{:064}", text)
    return json.loads(_numbered(_MOMENT, "2026-01-01T00:00:{:02}+00:00", text))


def _numbered(pattern: re.Pattern[str], form: str, text: str) -> str:
    met: dict[str, str] = {}
    return pattern.sub(lambda found: met.setdefault(found[0], form.format(len(met))), text)
