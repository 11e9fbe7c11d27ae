"""The hooks of deployments: the floors above count what their devices and apps report, and bring them in stages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.deployments.models import Deployment

telemetry_states: Hook[[Collection[UUID]], Mapping[UUID, bool]] = Hook()
"""Returns whether deployments count what their devices and apps report, by their ids."""

telemetry_change: Hook[[Actor, Deployment, bool], None] = Hook()
"""Turns the counting of a deployment on or off, in the transaction that changes its settings. The caller may change
them, and has locked the deployment."""

telemetry_card: Hook[[Actor, Deployment], Any] = Hook()
"""Returns what `templates/telemetry/card.html` shows of a deployment that the caller has found."""


@dataclass(frozen=True)
class DeploymentPart:
    """A page of another app about a deployment, as a tab."""

    name: str
    """The last word of its address, below that of the deployment."""
    words: str
    count: str = ""
    """A count beside the words, such as `1 stopped`, or ""."""


deployment_parts: Hook[[Deployment], Sequence[DeploymentPart]] = Hook()
"""Returns the pages of another app about a deployment that the caller has found."""

rollout_card: Hook[[Actor, Deployment], Any] = Hook()
"""Returns what `templates/rollouts/card.html` shows of a deployment that the caller has found."""


def counting_deployments(deployments: Collection[UUID]) -> frozenset[UUID]:
    """Returns the ids of the deployments that count what their devices and apps report."""
    states = telemetry_states.call(deployments)
    return frozenset(pk for state in states for pk, is_on in state.items() if is_on)


def is_counting(deployment: Deployment) -> bool:
    """Returns whether a deployment counts what its devices and apps report."""
    return deployment.pk in counting_deployments([deployment.pk])
