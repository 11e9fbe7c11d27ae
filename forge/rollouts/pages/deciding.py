"""The decisions that the state of a rollout allows, and the people who may take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forge.accounts.models import User
from forge.accounts.permissions import ALLOWED_VERBS, Verb, can
from forge.accounts.project_people import Teammate, team_of
from forge.core.actors import Actor
from forge.core.preconditions import etag_of
from forge.reviews.gate.check import persons_to_go_on
from forge.rollouts.facets import rollout_facets
from forge.rollouts.machine import RolloutState
from forge.rollouts.models import DecisionKind, Rollout, RolloutDecision
from forge.rollouts.pages.words import DECISIONS
from rune.wording import listed

_ALLOWED: Final = {
    RolloutState.RUNNING: (DecisionKind.PAUSE, DecisionKind.ABORT, DecisionKind.GO_BACK),
    RolloutState.PAUSED: (DecisionKind.RESUME, DecisionKind.ABORT, DecisionKind.GO_BACK),
    RolloutState.STOPPED: (DecisionKind.GO_ON, DecisionKind.ABORT, DecisionKind.GO_BACK),
    RolloutState.FINISHED: (DecisionKind.GO_BACK,),
    RolloutState.ABORTED: (DecisionKind.GO_BACK,),
}
_NAMED: Final = 6
"""The most people who are named."""


@dataclass(frozen=True)
class DecisionLine:
    """A decision of a person until now."""

    row: RolloutDecision
    words: str


@dataclass(frozen=True)
class Deciding:
    """The decisions that the state allows, and who may take them."""

    kinds: frozenset[DecisionKind]
    may_decide: bool
    """Whether the reader is one of those who may."""
    people: str
    """The names of the people who may decide."""
    persons_to_go_on: int
    agreeing: Sequence[User]
    """The people who agreed already that it goes on."""
    has_agreed: bool
    """Whether the reader is one of these."""
    etag: str

    def __contains__(self, kind: object) -> bool:
        return kind in self.kinds


def deciding(actor: Actor, rollout: Rollout) -> Deciding:
    """Returns who may decide what about a rollout that the caller has found."""
    project = rollout.deployment.project
    kinds = frozenset(_ALLOWED.get(RolloutState(rollout.state), ()))
    if rollout.deployment.last_release != rollout.release.number:
        # The deployment serves a later release, so there is nothing to go back from.
        kinds -= {DecisionKind.GO_BACK}
    people = [str(each.user) for each in team_of(project, Verb.DEPLOY) if _may_decide(each)]
    agreeing = _agreeing(rollout)
    return Deciding(
        kinds,
        can(actor, Verb.DEPLOY, project) and can(actor, Verb.CHANGE_DEVICES, project.organisation),
        _named(people),
        persons_to_go_on(rollout.release.build),
        agreeing,
        any(each == actor.person for each in agreeing),
        etag_of(rollout_facets(rollout)),
    )


def decisions_of(rollout: Rollout) -> Sequence[DecisionLine]:
    """Returns what people decided until now, the newest first."""
    rows = rollout.decisions.select_related("person").order_by("-at", "-id")
    return tuple(DecisionLine(row, DECISIONS[DecisionKind(row.kind)]) for row in rows)


def _agreeing(rollout: Rollout) -> Sequence[User]:
    if rollout.state != RolloutState.STOPPED:
        return ()
    rows = rollout.decisions.filter(kind=DecisionKind.GO_ON, at__gte=rollout.changed).select_related("person")
    return tuple(row.person for row in rows if row.person is not None)


def _may_decide(mate: Teammate) -> bool:
    role = mate.in_organisation
    return mate.user.is_active and role is not None and Verb.CHANGE_DEVICES in ALLOWED_VERBS[role]


def _named(people: Sequence[str]) -> str:
    if len(people) <= _NAMED:
        return listed(people)
    return listed([*people[:_NAMED], f"{len(people) - _NAMED} others"])
