"""Links to previews, as grants: one works while the person who made it may deploy, and its change request is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.utils import timezone

from forge.accounts.grants.declarations import Grant, GrantKind, GrantScope, declare
from forge.deployments.access import may_deploy
from forge.deployments.previews.models import PreviewLink
from forge.reviews.changes.models import ChangeState


def _find(scope: GrantScope) -> Sequence[Grant]:
    links = PreviewLink.objects.open().filter(change_request__state=ChangeState.OPEN)
    links = scope.narrow(links, "created_by", "change_request__project__organisation")
    return [
        Grant(
            id=each.pk,
            maker=each.created_by_id or UUID(int=0),
            title=f"Preview of change request {each.change_request.number}",
            holds=may_deploy(each.change_request.project),
            place=each.change_request.project.full_name,
            created=each.created,
            expires=each.expires,
            can_be_handed_over=False,
            token=each.created_by_token,
        )
        for each in links.select_related("change_request__project__organisation")
    ]


def _end(ids: Collection[UUID]) -> None:
    PreviewLink.objects.open().filter(pk__in=ids).update(revoked=timezone.now())


declare(
    GrantKind(
        name="preview-link",
        label="Links to previews",
        icon="eye",
        rule="A link works while you may deploy its project and the change request is open.",
        model=PreviewLink,
        maker="created_by",
        find=_find,
        end=_end,
    )
)
