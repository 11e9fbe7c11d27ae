"""Reading deployments over REST. The acts on them are declared above their functions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.preconditions import ETAG, with_etag
from forge.core.api.views import needing
from forge.deployments.access import deployments_of
from forge.deployments.errors import NotPromoted
from forge.deployments.etag_facets import deployment_facets
from forge.deployments.place import DEPLOYMENT
from forge.deployments.releases.promotion import promotion_of
from forge.deployments.releases.serializers import PromotionJson, promotion_to_json
from forge.deployments.serializers import CHANGED_DEPLOYMENT, DeploymentJson, deployments_to_json
from forge.projects.place import ProjectView


class DeploymentPages(CursorPages):
    """Pages of deployments, the oldest first."""

    ordering = "created"


class Deployments(ProjectView):
    """The deployments of a project."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="deployments_list", responses=PageJson[DeploymentJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The deployments of a project, the oldest first, each with its newest releases and its keys."""
        project = self.project(request, organisation, name, Verb.READ)
        pages = DeploymentPages()
        rows = pages.paginate_queryset(deployments_of(principal_of(request), project), request, view=self) or []
        return pages.get_paginated_response(deployments_to_json(rows))


class OneDeployment(ProjectView):
    """A deployment."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="deployments_retrieve", responses=DeploymentJson, parameters=[ETAG])
    def get(self, request: Request, **names: str) -> Response:
        """Returns a deployment. Changing it takes the `ETag`."""
        return CHANGED_DEPLOYMENT.response(DEPLOYMENT.find(request, Verb.READ, names))


class DeploymentPromotion(ProjectView):
    """Serving what another deployment serves, such as production after staging."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="deployments_promotion", responses=PromotionJson, parameters=[ETAG])
    def get(self, request: Request, **names: str) -> Response:
        """The changes that promoting would make, and what keeps it from being done. Promoting takes the `ETag`."""
        row = DEPLOYMENT.find(request, Verb.READ, names)
        promotion = promotion_of(row)
        if promotion is None:
            raise NotPromoted(f"{row.title} is promoted from no deployment. Choose one in its settings.")
        return with_etag(Response(promotion_to_json(row, promotion)), deployment_facets(row))
