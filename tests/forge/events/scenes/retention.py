"""Scenes of the rules that delete artifacts."""

from __future__ import annotations

from forge.registry.distribution.retention import actions as retention
from forge.registry.distribution.retention.policy import RetentionPolicy, RetentionRule
from tests.forge.events.scenarios import Act, EventWorld, scene


@scene(retention.change_retention)
def an_owner_has_old_artifacts_deleted(world: EventWorld) -> Act:
    policy = RetentionPolicy((RetentionRule("nightly-*", older_days=30),))
    return lambda: retention.change_retention(world.owner, world.organisation, policy)
