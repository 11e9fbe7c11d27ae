"""Passes of phones, as grants: one runs a project while its person reads it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.events.delivery import deliver
from forge.player.models import PhonePass
from forge.player.passes import phones_group
from forge.projects.models import Project


def _find(scope: GrantScope) -> Sequence[Grant]:
    """Passes that phones hold, and codes that wait for a phone."""
    now = timezone.now()
    living = Q(used__isnull=False, expires__gt=now) | Q(used__isnull=True, link_expires__gt=now)
    passes = scope.narrow(PhonePass.objects.filter(living), "user", "project__organisation")
    passes = passes.select_related("project__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.user_id,
            title=f"{'Phone that runs' if each.used else 'Code for a phone to run'} {each.project.full_name}",
            holds=_reads(each.project),
            place=each.project.full_name,
            created=each.created,
            expires=each.expires if each.used else each.link_expires,
        )
        for each in passes
    ]


def _reads(project: Project) -> Callable[[Actor], bool]:
    return lambda actor: project.deleted_at is None and can(actor, Verb.READ, project)


def _end(ids: Collection[UUID]) -> None:
    passes = PhonePass.objects.filter(pk__in=ids)
    groups = {phones_group(user, project) for user, project in passes.values_list("user_id", "project_id")}
    passes.delete()
    for group in groups:
        transaction.on_commit(partial(deliver, group, {"what": "look"}), robust=True)


declare(
    GrantKind(
        name="phone",
        label="Phones",
        icon="smartphone",
        rule="A phone runs a project while you may read it.",
        model=PhonePass,
        maker="user",
        find=_find,
        end=_end,
    )
)
