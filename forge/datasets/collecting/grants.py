"""Codes for phones that record, as grants: one works while its maker may give recordings to the project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from forge.accounts.grants.declarations import Grant, GrantKind, Scope, declare
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.datasets.models import CollectingLink
from forge.projects.models import Project


def _find(scope: Scope) -> Sequence[Grant]:
    """Phones that record, and codes that wait for a phone."""
    links = CollectingLink.objects.alive().filter(created_by__in=scope.people).select_related("project__organisation")
    links = links.prefetch_related("collectors")
    links = links if scope.organisation is None else links.filter(project__organisation=scope.organisation)
    return [
        Grant(
            id=each.pk,
            maker=each.created_by_id,
            title=f"{'Phone that records' if each.used else 'Code for a phone to record'} for {each.project.full_name}",
            holds=_gives(each.project),
            place=each.project.full_name,
            created=each.created,
            expires=max((collector.expires for collector in each.collectors.all()), default=each.expires),
        )
        for each in links
    ]


def _gives(project: Project) -> Callable[[Actor], bool]:
    return lambda actor: project.deleted_at is None and can(actor, Verb.GIVE_SAMPLE, project)


def _end(ids: Collection[UUID]) -> None:
    CollectingLink.objects.filter(pk__in=ids).delete()


declare(
    GrantKind(
        name="collecting",
        label="Phones that record",
        icon="smartphone",
        rule="A phone records for a project while you may give it recordings.",
        model=CollectingLink,
        maker="created_by",
        find=_find,
        end=_end,
    )
)
