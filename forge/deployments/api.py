"""Deployments over REST: thin views over the actions."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict, Gone
from forge.deployments import actions
from forge.deployments.access import deployments_of, find_deployment, find_key
from forge.deployments.errors import NotPromoted
from forge.deployments.facets import deployment_facets
from forge.deployments.models import Deployment
from forge.deployments.releases.promotion import promotion_of
from forge.deployments.serializers import (
    ChoiceSerializer,
    DeploymentChangeSerializer,
    DeploymentJson,
    NewDeploymentKeyJson,
    NewDeploymentSerializer,
    NewKeySerializer,
    PromotionJson,
    ReturnSerializer,
    RotationSerializer,
    deployment_to_json,
    deployments_to_json,
    key_to_json,
    promotion_to_json,
)
from forge.projects.api import ProjectView


class DeploymentPages(CursorPages):
    """Pages of deployments, the oldest first."""

    ordering = "created"


class DeploymentView(ProjectView):
    """A view below a deployment's address."""

    def deployment(self, request: Request, organisation: str, name: str, deployment: str, verb: Verb) -> Deployment:
        project = self.project(request, organisation, name, verb)
        return find_deployment(principal_of(request), project, deployment)

    def answer(self, request: Request, deployment: Deployment) -> Response:
        """A deployment as it is now, with its state for the next act."""
        row = find_deployment(principal_of(request), deployment.project, deployment.name)
        return with_etag(Response(deployment_to_json(row)), deployment_facets(row))


class Deployments(ProjectView):
    """The deployments of a project."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.DEPLOYMENT_MANAGE)
    raises = raising(post=(Conflict, Gone, *REFUSALS[:1]))

    @extend_schema(operation_id="deployments_list", responses=PageJson[DeploymentJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The deployments of a project, the oldest first, each with its newest releases and its keys."""
        project = self.project(request, organisation, name, Verb.READ)
        pages = DeploymentPages()
        rows = pages.paginate_queryset(deployments_of(principal_of(request), project), request, view=self) or []
        return pages.get_paginated_response(deployments_to_json(rows))

    @extend_schema(operation_id="deployments_create", request=NewDeploymentSerializer, responses={201: DeploymentJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Creates a deployment that serves the build of a tag. Its name follows from its title and stays."""
        project = self.project(request, organisation, name, Verb.DEPLOY)
        body, principal = self.read_body(request, NewDeploymentSerializer), principal_of(request)
        choice = ChoiceSerializer.choice(body)
        new = actions.NewDeployment(body["title"], body["kind"], choice, body["origins"], body["promoted_from"])
        new_deployment = actions.create_deployment(principal, project, new)
        row = find_deployment(principal, project, new_deployment.name)
        return Response(deployment_to_json(row), status=status.HTTP_201_CREATED)


class OneDeployment(DeploymentView):
    """One deployment."""

    needs = needing(get=Scope.PROJECT_READ, patch=Scope.DEPLOYMENT_MANAGE, delete=Scope.PROJECT_MANAGE)
    raises = raising(patch=REFUSALS, delete=REFUSALS)

    @extend_schema(operation_id="deployments_retrieve", responses=DeploymentJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, deployment: str) -> Response:
        """One deployment. Changing it takes the `ETag`."""
        return self.answer(request, self.deployment(request, organisation, name, deployment, Verb.READ))

    @extend_schema(
        operation_id="deployments_change",
        request=DeploymentChangeSerializer,
        responses=DeploymentJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def patch(self, request: Request, organisation: str, name: str, deployment: str) -> Response:
        """Changes the title, the origins, the deployment that it is promoted from, or whether reports of apps are
        counted."""
        row = self.deployment(request, organisation, name, deployment, Verb.DEPLOY)
        body, precondition = self.read_body(request, DeploymentChangeSerializer), request_precondition(request)
        change = actions.DeploymentChange(
            body.get("title"), body.get("origins"), body.get("telemetry"), body.get("promoted_from")
        )
        return self.answer(
            request, actions.change_deployment(principal_of(request), row, change, precondition=precondition)
        )

    @extend_schema(operation_id="deployments_delete", responses={204: None}, parameters=[REQUIRED_IF_MATCH])
    def delete(self, request: Request, organisation: str, name: str, deployment: str) -> Response:
        """Deletes it with its keys and history. Its address answers no app any more."""
        row = self.deployment(request, organisation, name, deployment, Verb.MANAGE)
        actions.delete_deployment(principal_of(request), row, precondition=request_precondition(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeploymentVersion(DeploymentView):
    """The version that a deployment serves."""

    needs = needing(put=Scope.DEPLOYMENT_MANAGE)
    raises = raising(put=(Conflict, Gone, *REFUSALS))

    @extend_schema(
        operation_id="deployments_serve",
        request=ChoiceSerializer,
        responses=DeploymentJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str, name: str, deployment: str) -> Response:
        """Serves the build of a tag from now on; with `follow` it moves along with the tag, as far as the gate
        allows. With `digest` the tag must name that manifest."""
        row = self.deployment(request, organisation, name, deployment, Verb.DEPLOY)
        body, precondition = self.read_body(request, ChoiceSerializer), request_precondition(request)
        actions.serve_tag(principal_of(request), row, ChoiceSerializer.choice(body), precondition=precondition)
        return self.answer(request, row)


class DeploymentReturn(DeploymentView):
    """Going back."""

    needs = needing(post=Scope.DEPLOYMENT_MANAGE)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(
        operation_id="deployments_go_back",
        request=ReturnSerializer,
        responses=DeploymentJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def post(self, request: Request, organisation: str, name: str, deployment: str) -> Response:
        """Serves the build of an earlier release again, and follows no tag any more."""
        row = self.deployment(request, organisation, name, deployment, Verb.DEPLOY)
        body, precondition = self.read_body(request, ReturnSerializer), request_precondition(request)
        actions.go_back(principal_of(request), row, body["release"], precondition=precondition)
        return self.answer(request, row)


class DeploymentPromotion(DeploymentView):
    """Serving what another deployment serves, such as production after staging."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.DEPLOYMENT_MANAGE)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(operation_id="deployments_promotion", responses=PromotionJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, deployment: str) -> Response:
        """The changes that promoting would make, and what keeps it from being done. Promoting takes the `ETag`."""
        row = self.deployment(request, organisation, name, deployment, Verb.READ)
        promotion = promotion_of(row)
        if promotion is None:
            raise NotPromoted(f"{row.title} is promoted from no deployment. Choose one in its settings.")
        return with_etag(Response(promotion_to_json(row, promotion)), deployment_facets(row))

    @extend_schema(
        operation_id="deployments_promote",
        request=None,
        responses=DeploymentJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def post(self, request: Request, organisation: str, name: str, deployment: str) -> Response:
        """Serves what the deployment serves that this one is promoted from, and follows no tag any more."""
        row = self.deployment(request, organisation, name, deployment, Verb.DEPLOY)
        actions.promote(principal_of(request), row, precondition=request_precondition(request))
        return self.answer(request, row)


class DeploymentKeys(DeploymentView):
    """The keys of a deployment."""

    needs = needing(post=Scope.DEPLOYMENT_MANAGE)
    raises = raising(post=Conflict)

    @extend_schema(
        operation_id="deployment_keys_create", request=NewKeySerializer, responses={201: NewDeploymentKeyJson}
    )
    def post(self, request: Request, organisation: str, name: str, deployment: str) -> Response:
        """Creates a key. Its secret is in this answer and in no other."""
        row = self.deployment(request, organisation, name, deployment, Verb.DEPLOY)
        body = self.read_body(request, NewKeySerializer)
        key, secret = actions.create_key(principal_of(request), row, body["name"], body["days"])
        return Response(key_to_json(key) | {"secret": secret}, status=status.HTTP_201_CREATED)


class OneDeploymentKey(DeploymentView):
    """A key of a deployment."""

    needs = needing(delete=Scope.DEPLOYMENT_MANAGE)
    raises = raising(delete=(Conflict, *REFUSALS))

    @extend_schema(operation_id="deployment_keys_revoke", responses={204: None}, parameters=[REQUIRED_IF_MATCH])
    def delete(self, request: Request, organisation: str, name: str, deployment: str, key_id: UUID) -> Response:
        """Ends the key at once."""
        row = self.deployment(request, organisation, name, deployment, Verb.DEPLOY)
        actions.revoke_key(principal_of(request), find_key(row, key_id), precondition=request_precondition(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeploymentKeyRotation(DeploymentView):
    """Another secret for an app."""

    needs = needing(post=Scope.DEPLOYMENT_MANAGE)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(
        operation_id="deployment_keys_rotate",
        request=RotationSerializer,
        responses={201: NewDeploymentKeyJson},
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, organisation: str, name: str, deployment: str, key_id: UUID) -> Response:
        """Creates a key of the same name. The key of this address ends after the overlap."""
        row = self.deployment(request, organisation, name, deployment, Verb.DEPLOY)
        body, precondition = self.read_body(request, RotationSerializer), request_precondition(request)
        principal = principal_of(request)
        key, secret = actions.rotate_key(
            principal, find_key(row, key_id), body["overlap_days"], precondition=precondition
        )
        return Response(key_to_json(key) | {"secret": secret}, status=status.HTTP_201_CREATED)
