"""Linked branches, as grants: one is pulled while the person who linked it, or took it over, may edit the project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.projects.models import Project
from forge.repositories.models import LinkedBranch


def _find(scope: GrantScope) -> Sequence[Grant]:
    links = LinkedBranch.objects.active().filter(project__deleted_at=None)
    links = scope.narrow(links, "linked_by", "project__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.linked_by_id or UUID(int=0),
            title=f"{each.project.full_name} follows {each.place}",
            holds=_edits(each.project),
            place=each.project.full_name,
            created=each.linked,
            can_be_handed_over=True,
        )
        for each in links.select_related("project__organisation")
    ]


def _edits(project: Project) -> Callable[[Actor], bool]:
    return lambda actor: can(actor, Verb.EDIT, project)


def _end(ids: Collection[UUID]) -> None:
    """Nothing is pulled any more; who links the branch again takes it over, with what was pulled."""
    LinkedBranch.objects.active().filter(pk__in=ids).update(ended=timezone.now())


def _hand_over(ids: Collection[UUID], heir: User) -> None:
    LinkedBranch.objects.filter(pk__in=ids).update(linked_by=heir)


declare(
    GrantKind(
        name="linked-branch",
        label="Linked branches",
        icon="git-branch",
        rule="A linked branch is pulled while you may edit its project.",
        model=LinkedBranch,
        maker="linked_by",
        find=_find,
        end=_end,
        hand_over=_hand_over,
    )
)
