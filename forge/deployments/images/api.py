"""The image of a release over REST: its body is the bytes, so that the act is no declared one."""

from __future__ import annotations

from typing import Annotated, TypedDict

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import Timestamp
from forge.core.api.views import RawBody, body_chunks, needing, raising
from forge.core.errors import Conflict, Invalid
from forge.deployments.images.actions import store_image
from forge.deployments.place import DEPLOYMENT
from forge.projects.place import ProjectView

_LARGEST_NUMBER = 2**31 - 1


class ReleaseImageJson(TypedDict):
    """The image of a release, which stock clients install."""

    release: Annotated[int, "the number of the release"]
    version: str
    name: str
    digest: str
    size: int
    created: Timestamp


class DeploymentImage(ProjectView):
    """The image of a release for stock clients."""

    needs = needing(put=Scope.DEPLOYMENT_MANAGE)
    raises = raising(put=(Conflict, Invalid))

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="deployments_store_image",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("release", int, required=True, description="the number of the release"),
            OpenApiParameter("name", str, required=True, description="file name, such as `door-knock.swu`"),
        ],
        responses=ReleaseImageJson,
    )
    def put(self, request: Request, **names: str) -> Response:
        """Stores the image of a release, which the organisation signed with its own key, in place of the one before.
        Devices with a stock client are offered a release that has one. The server does not look into it."""
        deployment = DEPLOYMENT.find(request, Verb.DEPLOY, names)
        query = request.query_params
        image = store_image(
            principal_of(request),
            deployment,
            _number(query.get("release", "")),
            query.get("name", ""),
            body_chunks(request),
        )
        answer: ReleaseImageJson = {
            "release": image.release.number,
            "version": image.release.version,
            "name": image.name,
            "digest": image.digest,
            "size": image.size,
            "created": image.created.isoformat(),
        }
        return Response(answer)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:11]) <= _LARGEST_NUMBER:
        message = "`release` must be the number of a release."
        raise Invalid(message, errors={"release": [message]})
    return int(text)
