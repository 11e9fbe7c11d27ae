"""Alerts with an owner, as grants: the owner gets the notices of one while they can read its project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.events.log import append_event
from forge.projects.models import Project
from forge.telemetry.alerts.announcements import AlertChange, changed_event
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.alerts.sentences import title_of


def _find(scope: GrantScope) -> Sequence[Grant]:
    """Returns the alerts with an owner, also closed ones, since they may come back."""
    alerts = scope.narrow(WatchAlert.objects.all(), "owner", "deployment__project__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.owner_id or UUID(int=0),
            title=f"Alert of {each.deployment.title}: {title_of(each)}",
            holds=_reads(each.deployment.project),
            place=each.deployment.project.full_name,
            created=each.opened,
            can_be_handed_over=True,
        )
        for each in alerts.select_related("deployment__project__organisation")
    ]


def _reads(project: Project) -> Callable[[Actor], bool]:
    return lambda actor: project.deleted_at is None and can(actor, Verb.READ, project)


def _end(ids: Collection[UUID]) -> None:
    _set_owner(ids, None)


def _set_owner(ids: Collection[UUID], owner: User | None) -> None:
    rows = WatchAlert.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    for alert in rows.select_related("deployment__project"):
        alert.owner = owner
        alert.save(update_fields=["owner"])
        append_event(alert.deployment.project.stream, changed_event(alert, AlertChange.OWNER))


declare(
    GrantKind(
        name="watch-alert",
        label="Alerts that you own",
        icon="radio",
        rule="You get the notices of an alert while you can read its project.",
        model=WatchAlert,
        maker="owner",
        find=_find,
        end=_end,
        hand_over=_set_owner,
    )
)
