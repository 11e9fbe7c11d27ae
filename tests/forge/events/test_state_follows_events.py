"""For every act that tells of itself: the state before, changed by its events, is the state after, read fresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from django.test import Client

import forge
from forge.accounts.models import User
from tests.forge.acts import code_of, telling
from tests.forge.events.following import after, read, read_all
from tests.forge.events.playing import play
from tests.forge.events.scenarios import SCENES, Scene, World, acts_with_a_scene


def test_each_act_that_tells_has_a_scene() -> None:
    assert set(acts_with_a_scene()) == telling(code_of(Path(forge.__path__[0])))


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
    before, told, fresh = play(scene, world, client, read_all)
    assert told, "it tells nothing"
    plain = [event.without_told() for event in told]
    for events in [told] if told == plain else [told, plain]:
        view = before
        for event in events:
            view = after(view, event, reading)
        assert view == fresh
