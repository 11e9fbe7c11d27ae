"""Scenes of statuses of runes for advisories."""

from __future__ import annotations

from forge.exposure.vex.actions import state_vex
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.exposure import rune_of
from tests.support.forge.factories.deployments import published


@scene(state_vex)
def a_developer_sets_the_status_of_a_rune(world: EventWorld) -> Act:
    rune = rune_of(published(world.developer, world.project, "7.0"))
    return lambda: state_vex(world.developer, world.project, rune, "CVE-2026-1234", "under_investigation")
