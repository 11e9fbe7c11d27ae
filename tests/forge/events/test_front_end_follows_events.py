"""The studio's session follows the events of every scene of a project.

Each scene gives a case: the state before, the events, and the state after. The last test runs the front end's test on
the cases, `frontend/src/studio/session/project-session.cases.test.ts`: run the whole file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.events.declarations import StreamKind
from tests.conftest import REPOSITORY
from tests.forge.events.following import View, read
from tests.forge.events.playing import play
from tests.forge.events.scenarios import EventScene, EventWorld, all_scenes
from tests.support.shares import mostly_proved

FRONT_END_TEST = "src/studio/session/project-session.cases.test.ts"
CASES = "FORGE_EVENT_CASES"
"""Names the file of the cases for the front end's test."""


@pytest.fixture(scope="session")
def cases() -> dict[str, Any]:
    """The cases of the scenes so far, by the names of the scenes."""
    return {}


def read_state(client: Client, project_id: Any) -> View:
    return {"state": read(client, project_id, "state")}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("scene", mostly_proved(all_scenes(), 12, lambda scene: scene.name))
def test_an_act_that_a_project_tells_of_gives_a_case(
    scene: EventScene, world: EventWorld, browser_of: Callable[[User | None], Client], cases: dict[str, Any]
) -> None:
    before, records, fresh = play(scene, world, browser_of(world.developer), read_state)
    events = [event for event in records if event.type.stream == StreamKind.PROJECT]
    if events and fresh["state"] is not None:
        messages = [{"sequence": event.sequence, "type": event.type.name, "data": event.data} for event in events]
        cases[scene.name] = {"before": before["state"], "events": messages, "after": fresh["state"]}


@pytest.mark.slow
@pytest.mark.parametrize("of", ["a share", pytest.param("the others", marks=pytest.mark.proof)])
def test_the_front_end_follows_the_cases(of: str, cases: dict[str, Any], tmp_path: Path) -> None:
    assert cases, f"run the scenes of {of} with it"
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases), encoding="utf-8")
    command = [sys.executable, "-m", "tools.frontend", "test", FRONT_END_TEST]
    process = subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | {CASES: str(file)}, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stdout + process.stderr
