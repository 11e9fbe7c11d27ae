"""The gate of a build's tags over REST."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import find_build
from forge.core.api.preconditions import ETAG, with_etag
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict, Invalid
from forge.registry.oci.manifests import is_tag
from forge.registry.tags.etag_facets import build_facets
from forge.registry.tags.proposal import next_tag_of
from forge.reviews.errors import NotReviewable
from forge.reviews.gate.check import demands_on
from forge.reviews.gate.serializers import GateJson, gate_to_json
from forge.reviews.rounds.access import is_reviewable


class BuildGate(ForgeView):
    """The conditions of a tag for a build."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Conflict)

    @extend_schema(
        operation_id="gate_retrieve",
        responses=GateJson,
        parameters=[OpenApiParameter("tag", str, description="the next version without one"), ETAG],
    )
    def get(self, request: Request, build_id: UUID) -> Response:
        """Returns the conditions of a tag for a build, and the unmet ones. Publishing the build takes the `ETag`."""
        principal = principal_of(request)
        build = find_build(principal, build_id)
        if not is_reviewable(build):
            raise NotReviewable("Only a build that succeeded can be published.")
        tag = request.query_params.get("tag") or next_tag_of(principal, build.project)
        if not is_tag(tag):
            raise Invalid("A tag is made of letters, digits, '.', '_' and '-', like 1.0 or latest.")
        return with_etag(Response(gate_to_json(tag, demands_on(build, tag))), build_facets(build))
