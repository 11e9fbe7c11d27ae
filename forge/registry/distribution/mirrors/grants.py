"""Mirrors, as grants: one works while the person who set it, or took it over, may manage the project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.projects.models import Project
from forge.registry.distribution.mirrors.models import Mirror


def _find(scope: GrantScope) -> Sequence[Grant]:
    mirrors = scope.narrow(Mirror.objects.active(), "author", "project__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.author_id or UUID(int=0),
            title=f"{each.project.full_name} is {each.get_direction_display().lower()} {each.address}",
            holds=_manages(each.project),
            place=each.project.full_name,
            created=each.created,
            can_be_handed_over=True,
        )
        for each in mirrors.select_related("project__organisation")
    ]


def _manages(project: Project) -> Callable[[Actor], bool]:
    return lambda actor: can(actor, Verb.MANAGE, project)


def _end(ids: Collection[UUID]) -> None:
    """Nothing is copied or fetched any more, and the password is deleted."""
    Mirror.objects.filter(pk__in=ids, ended=None).update(ended=timezone.now(), sealed_password="")


def _hand_over(ids: Collection[UUID], heir: User) -> None:
    Mirror.objects.filter(pk__in=ids).update(author=heir)


declare(
    GrantKind(
        name="mirror",
        label="Mirrors",
        icon="refresh-cw",
        rule="A mirror works while you may manage its project.",
        model=Mirror,
        maker="author",
        find=_find,
        end=_end,
        hand_over=_hand_over,
    )
)
