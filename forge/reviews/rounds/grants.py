"""Reviews that wait for their build, as grants: one is requested while the person who wanted it may ask for reviews
there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.projects.models import Project
from forge.reviews.models import AwaitedReview


def _find(scope: GrantScope) -> Sequence[Grant]:
    awaited_reviews = AwaitedReview.objects.pending().filter(build__project__deleted_at=None)
    awaited_reviews = scope.narrow(awaited_reviews, "requested_by", "build__project__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.requested_by_id,
            title=f"{each.title}, when build {each.build.number} of {each.build.project.full_name} succeeds",
            holds=_asks(each.build.project),
            place=each.build.project.full_name,
            created=each.created,
            token=each.created_by_token,
        )
        for each in awaited_reviews.select_related("build__project__organisation")
    ]


def _asks(project: Project) -> Callable[[Actor], bool]:
    return lambda actor: can(actor, Verb.ASK, project)


def _end(ids: Collection[UUID]) -> None:
    AwaitedReview.objects.filter(pk__in=ids).delete()


declare(
    GrantKind(
        name="awaited-review",
        label="Reviews to come",
        icon="clock",
        rule="A review is asked for when its build succeeds, if you may ask for reviews of its project then.",
        model=AwaitedReview,
        maker="requested_by",
        find=_find,
        end=_end,
    )
)
