"""The facet of a rollout that can change between reading it and deciding about it."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.rollouts.models import Rollout


def rollout_facets(rollout: Rollout) -> tuple[Facet, ...]:
    """Returns its state, with the stage that it is in."""
    stage = rollout.stages.count()
    return (Facet("state", [rollout.state, stage], f"The rollout is {rollout.state.replace('-', ' ')} now."),)
