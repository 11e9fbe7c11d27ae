"""Keys of deployments, as grants: one works while the person who made it, or took it over, may deploy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.models import User
from forge.core.events.log import append_event
from forge.deployments.access import may_deploy
from forge.deployments.announcements import DEPLOYMENT_CHANGED
from forge.deployments.models import DeploymentKey


def _find(scope: GrantScope) -> Sequence[Grant]:
    keys = scope.narrow(DeploymentKey.objects.open(), "created_by", "deployment__project__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.created_by_id or UUID(int=0),
            title=f"Key {each.name} of {each.deployment.title}",
            holds=may_deploy(each.deployment.project),
            place=each.deployment.project.full_name,
            created=each.created,
            expires=each.expires,
            can_be_handed_over=True,
            token=each.created_by_token,
        )
        for each in keys.select_related("deployment__project__organisation")
    ]


def _end(ids: Collection[UUID]) -> None:
    for key in DeploymentKey.objects.open().filter(pk__in=ids).select_related("deployment__project"):
        key.revoked = timezone.now()
        key.save(update_fields=["revoked"])
        append_event(key.deployment.project.stream, DEPLOYMENT_CHANGED(deployment=key.deployment.name))


def _hand_over(ids: Collection[UUID], heir: User) -> None:
    DeploymentKey.objects.filter(pk__in=ids).update(created_by=heir, created_by_token=None)


declare(
    GrantKind(
        name="deployment-key",
        label="Keys of deployments",
        icon="key-round",
        rule="A key works while you may deploy its project.",
        model=DeploymentKey,
        maker="created_by",
        find=_find,
        end=_end,
        hand_over=_hand_over,
    )
)
