"""The decisions of people about a rollout: pause, resume, go on, go back, abort."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField

from forge.accounts.access import require_in
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Stale
from forge.core.preconditions import Precondition, require_precondition
from forge.core.reasons import checked_reason
from forge.deployments.releases.actions.records import ReleaseRecord
from forge.deployments.releases.changes import begin_release, lock_deployment, require_accepted
from forge.fleet.groups.assignments import assignment_of
from forge.fleet.groups.rollouts import end_rollout
from forge.reviews.gate.check import persons_to_go_on
from forge.rollouts.access import find_rollout
from forge.rollouts.announcements import announce
from forge.rollouts.facets import rollout_facets
from forge.rollouts.machine import RolloutState
from forge.rollouts.models import LONGEST_REASON, DecisionKind, Rollout, RolloutDecision
from forge.rollouts.place import ROLLOUT
from forge.rollouts.serializers import ROLLOUT_ANSWER
from forge.rollouts.work.holding import allow_again, withhold
from forge.rollouts.work.status import status_of

Reason = Annotated[str, CharField(max_length=LONGEST_REASON)]


class NotInThisState(Conflict):
    """The rollout is in a state in which this cannot be done."""

    title = "The rollout is in another state"


class AgreedAlready(Conflict):
    """The person has agreed already, and each person counts once."""

    title = "You agreed already"


@act(
    "POST",
    ROLLOUT,
    "pause",
    "rollouts_pause",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=ROLLOUT_ANSWER,
    raises=(Conflict, Stale),
)
@transaction.atomic
def pause_rollout(actor: Actor, rollout: Rollout, *, precondition: Precondition = None) -> Rollout:
    """Holds a rollout: no further device gets the release, and those that have it go on."""
    rollout = _locked(actor, rollout, precondition, RolloutState.RUNNING)
    withhold(rollout)
    return _decide(actor, rollout, DecisionKind.PAUSE, RolloutState.PAUSED, "paused")


@act(
    "POST",
    ROLLOUT,
    "resume",
    "rollouts_resume",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=ROLLOUT_ANSWER,
    raises=(Conflict, Stale),
)
@transaction.atomic
def resume_rollout(actor: Actor, rollout: Rollout, *, precondition: Precondition = None) -> Rollout:
    """Lets a rollout that a person paused go on."""
    rollout = _locked(actor, rollout, precondition, RolloutState.PAUSED)
    allow_again(rollout)
    return _decide(actor, rollout, DecisionKind.RESUME, RolloutState.RUNNING, "resumed")


@act(
    "POST",
    ROLLOUT,
    "go-on",
    "rollouts_go_on",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=ROLLOUT_ANSWER,
    raises=(Conflict, Stale),
)
@transaction.atomic
def let_rollout_go_on(actor: Actor, rollout: Rollout, reason: Reason, *, precondition: Precondition = None) -> Rollout:
    """Agrees that a rollout that stopped by itself goes on, with a reason. It does once as many persons have agreed as
    the rules of the project want. The guards that failed stop this stage no more; the next one is judged anew."""
    rollout = _locked(actor, rollout, precondition, RolloutState.STOPPED)
    reason = checked_reason(reason, missing="Write why it goes on, in at least 10 characters.")
    agreements = rollout.decisions.filter(kind=DecisionKind.GO_ON, at__gte=rollout.changed)
    if actor.person is not None and agreements.filter(person=actor.person).exists():
        raise AgreedAlready("Another person has to agree too.")
    persons = agreements.values("person").distinct().count() + 1
    if persons < persons_to_go_on(rollout.release.build):
        RolloutDecision.objects.create(
            rollout=rollout, kind=DecisionKind.GO_ON, person=actor.person, at=timezone.now(), reason=reason
        )
        _record(actor, rollout, "rollout.agree", reason=reason)
        return rollout
    _waive(rollout)
    allow_again(rollout)
    rollout.is_waived = True
    rollout.stop_reason = ""
    rollout.save(update_fields=["is_waived", "stop_reason"])
    return _decide(actor, rollout, DecisionKind.GO_ON, RolloutState.RUNNING, "went-on", reason=reason)


@act(
    "POST",
    ROLLOUT,
    "go-back",
    "rollouts_go_back",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=ROLLOUT_ANSWER,
    raises=(Conflict, Stale),
)
@transaction.atomic
def take_rollout_back(actor: Actor, rollout: Rollout, *, precondition: Precondition = None) -> Rollout:
    """Has the devices go back to the release that they had. They have it in their second slot, so nothing is loaded."""
    states = (
        RolloutState.RUNNING,
        RolloutState.PAUSED,
        RolloutState.STOPPED,
        RolloutState.ABORTED,
        RolloutState.FINISHED,
    )
    rollout = _locked(actor, rollout, precondition, *states)
    deployment, former = rollout.deployment, rollout.former
    if deployment.last_release != rollout.release.number:
        raise NotInThisState(f"{deployment.title} serves a later release.")
    require_accepted(former.build, former.version, former.digest)
    # The return is signed later: until then, nobody else begins to run the release.
    withhold(rollout)
    release = begin_release(deployment, former.build, former.version, former.digest, chosen_by=actor.person)
    ReleaseRecord(deployment, release, rollout.release.version).record(actor, "deployment.return")
    return _decide(actor, rollout, DecisionKind.GO_BACK, RolloutState.GOING_BACK, "going-back")


@act(
    "POST",
    ROLLOUT,
    "abort",
    "rollouts_abort",
    verb=Verb.DEPLOY,
    state=IF_MATCH,
    answer=ROLLOUT_ANSWER,
    raises=(Conflict, Stale),
)
@transaction.atomic
def abort_rollout(actor: Actor, rollout: Rollout, *, precondition: Precondition = None) -> Rollout:
    """Ends a rollout: devices keep what they run, and no further one gets the release until another is chosen."""
    states = (RolloutState.RUNNING, RolloutState.PAUSED, RolloutState.STOPPED)
    rollout = _locked(actor, rollout, precondition, *states)
    withhold(rollout)
    assignment = assignment_of(rollout.deployment_id)
    if assignment is not None and assignment.rollout == rollout.pk:
        end_rollout(assignment)
    return _decide(actor, rollout, DecisionKind.ABORT, RolloutState.ABORTED, "aborted")


def _waive(rollout: Rollout) -> None:
    """Notes that people know what failed in the stages until now."""
    statuses = status_of(rollout, timezone.now()).stages
    for row, status in zip(rollout.stages.all(), statuses, strict=True):
        row.waived = sorted({*row.waived, *status.failed_guards})
        row.decided_failures = status.devices.self_tests_failed
        row.save(update_fields=["waived", "decided_failures"])


def _locked(actor: Actor, rollout: Rollout, precondition: Precondition, *states: RolloutState) -> Rollout:
    """Returns the rollout, locked after its deployment. Raises `NotInThisState`."""
    deployment = lock_deployment(rollout.deployment)
    require_in(actor, Verb.CHANGE_DEVICES, deployment.project.organisation)
    Rollout.objects.select_for_update(of=("self",), no_key=True).get(pk=rollout.pk)
    row = find_rollout(deployment, rollout.number)
    require_precondition(rollout_facets(row), precondition)
    if row.state not in states:
        raise NotInThisState(f"The rollout is {row.get_state_display().replace('-', ' ')}.")
    row.deployment = deployment
    return row


def _decide(
    actor: Actor, rollout: Rollout, kind: DecisionKind, state: RolloutState, what: str, reason: str = ""
) -> Rollout:
    now = timezone.now()
    rollout.state, rollout.changed = state, now
    rollout.save(update_fields=["state", "changed"])
    RolloutDecision.objects.create(rollout=rollout, kind=kind, person=actor.person, at=now, reason=reason)
    _record(actor, rollout, f"rollout.{kind}", **({"reason": reason} if reason else {}))
    announce(rollout, what, actor)
    return rollout


def _record(actor: Actor, rollout: Rollout, action: str, **what: Any) -> None:
    project = rollout.deployment.project
    values = {"deployment": rollout.deployment.title, "version": rollout.release.version, "group": rollout.group}
    write_entry(actor, action, project.stream, project.place, **values, **what)
