"""The state before every act, changed by the act's events, is the state after, read fresh."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.test import Client

import forge
from forge.accounts.models import User
from tests.forge.acts import code_of, event_recorders
from tests.forge.events.following import after, read, read_all
from tests.forge.events.playing import play
from tests.forge.events.scenarios import EventScene, EventWorld, all_scenes
from tests.forge.test_acts import BY_A_RECORDER
from tests.support.shares import mostly_proved


@pytest.mark.slow
def test_each_act_that_tells_has_a_scene() -> None:
    assert {each.act for each in all_scenes()} == event_recorders(code_of(Path(forge.__path__[0]))) | BY_A_RECORDER


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("scene", mostly_proved(all_scenes(), 12, lambda scene: scene.name))
def test_the_state_before_and_its_events_are_the_state_after(
    scene: EventScene, world: EventWorld, browser_of: Callable[[User | None], Client]
) -> None:
    client = browser_of(world.developer)
    reading = partial(read, client, world.project.pk)
    before, records, fresh = play(scene, world, client, read_all)
    assert records, "it tells nothing"
    plain = [event.without_payload() for event in records]
    for events in [records] if records == plain else [records, plain]:
        view = before
        for event in events:
            view = after(view, event, reading)
        assert view == fresh
