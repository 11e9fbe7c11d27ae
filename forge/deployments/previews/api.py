"""Previews of change requests over REST."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.json_types import Timestamp
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict
from forge.deployments.previews import actions
from forge.deployments.previews.access import preview_of
from forge.reviews.changes.access import find_change_request
from forge.reviews.models import ChangeRequest


class ChangePreviewJson(TypedDict):
    """The preview of a change request: the newest build of its merged result, while it is open."""

    url: Annotated[str, "what programs load with the key of the link, as they load a deployment"]
    is_open: Annotated[bool, "whether the change request is open: its preview ends with it"]
    build_number: Annotated[int | None, "of the build that is served; null while there is none"]
    hint: Annotated[str, "the first and last characters of the link's key; empty where there is no link"]
    expires: Timestamp | None


class NewPreviewLinkJson(ChangePreviewJson):
    """The preview with the key of its link, which is shown this once."""

    secret: str
    link: Annotated[str, "opens it on a phone, without an account"]


class PreviewDaysSerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField(default=actions.USUAL_DAYS, min_value=1, max_value=actions.MAX_DAYS)


class ChangeRequestPreview(ForgeView):
    """The preview of a change request."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.DEPLOYMENT_MANAGE, delete=Scope.DEPLOYMENT_MANAGE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="change_requests_preview", responses=ChangePreviewJson)
    def get(self, request: Request, change_id: UUID) -> Response:
        """The build that it serves, and whether it has a link."""
        return Response(_to_json(find_change_request(principal_of(request), change_id)))

    @extend_schema(
        operation_id="change_requests_preview_create",
        request=PreviewDaysSerializer,
        responses={201: NewPreviewLinkJson},
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        """Creates its link in place of an earlier one. The key is in this answer and in no other."""
        principal = principal_of(request)
        change = find_change_request(principal, change_id)
        body = self.read_body(request, PreviewDaysSerializer)
        secret = actions.create_preview_link(principal, change, body["days"])
        preview = _to_json(change)
        answer = NewPreviewLinkJson(**preview, secret=secret, link=f"{preview['url']}/try#key={secret}")
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="change_requests_preview_end", responses={204: None})
    def delete(self, request: Request, change_id: UUID) -> Response:
        """Ends its link at once."""
        principal = principal_of(request)
        actions.end_preview_link(principal, find_change_request(principal, change_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _to_json(change: ChangeRequest) -> ChangePreviewJson:
    preview = preview_of(change)
    return {
        "url": preview.address,
        "is_open": preview.is_open,
        "build_number": preview.build.number if preview.build else None,
        "hint": preview.hint,
        "expires": preview.expires.isoformat() if preview.expires else None,
    }
