"""Previews of change requests over REST."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.views import ForgeView, needing
from forge.deployments.previews.serializers import ChangePreviewJson, preview_to_json
from forge.reviews.changes.access import find_change_request


class ChangeRequestPreview(ForgeView):
    """The preview of a change request."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="change_requests_preview", responses=ChangePreviewJson)
    def get(self, request: Request, change_id: UUID) -> Response:
        """The build that it serves, and whether it has a link."""
        return Response(preview_to_json(find_change_request(principal_of(request), change_id)))
