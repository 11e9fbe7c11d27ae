"""A project's mirrors over REST."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.api.json_types import Timestamp
from forge.core.api.preconditions import (
    ETAG,
    OPTIONAL_IF_MATCH,
    REFUSALS,
    REQUIRED_IF_MATCH,
    request_precondition,
    with_etag,
)
from forge.core.api.views import PERSON, needing, raising
from forge.projects.api import ProjectView
from forge.registry.distribution.mirrors.access import find_mirror, mirrors_of
from forge.registry.distribution.mirrors.actions import (
    LONGEST_PASSWORD,
    LONGEST_USER,
    MirrorSettings,
    copy_now,
    mirror_facets,
    remove_mirror,
    set_mirror,
)
from forge.registry.distribution.mirrors.errors import BadMirror, NoSuchMirror
from forge.registry.distribution.mirrors.models import LONGEST_ADDRESS, LONGEST_NAME, Mirror, MirrorDirection


class MirrorJson(TypedDict):
    """Another registry that a project's repository is copied to, or fetched from."""

    direction: Annotated[str, "`to` or `from`"]
    registry: str
    repository: str
    user: str
    has_password: bool
    ended: Annotated[bool, "whether it no longer works, since the person who set it may no longer manage the project"]
    changed: Annotated[Timestamp | None, "when something was copied or fetched last, or that failed"]
    problem: Annotated[str, "why that failed, or empty if it did not"]


class MirrorsJson(TypedDict):
    """The mirrors of a project, at most one in each direction."""

    mirrors: list[MirrorJson]


class MirrorCopyJson(TypedDict):
    """The job that copies."""

    job: str


class MirrorChangeSerializer(serializers.Serializer[Any]):
    registry = serializers.CharField(max_length=LONGEST_ADDRESS)
    repository = serializers.CharField(max_length=LONGEST_NAME)
    user = serializers.CharField(max_length=LONGEST_USER, allow_blank=True, default="")
    password = serializers.CharField(
        max_length=LONGEST_PASSWORD,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        default=None,
        help_text="`null` keeps the stored one, where registry and user stay the same.",
    )


class ProjectMirrors(ProjectView):
    """All mirrors of a project."""

    needs = needing(get=PERSON)

    @extend_schema(operation_id="mirrors_list", responses=MirrorsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Lists the mirrors, for those who manage the project. Passwords are never shown."""
        project = self.project(request, organisation, name, Verb.MANAGE)
        answer: MirrorsJson = {"mirrors": [_to_json(each) for each in mirrors_of(principal_of(request), project)]}
        return Response(answer)


class ProjectMirror(ProjectView):
    """One mirror of a project."""

    needs = needing(get=PERSON, put=PERSON, delete=PERSON)
    raises = raising(get=NoSuchMirror, put=(BadMirror, *REFUSALS), delete=(NoSuchMirror, *REFUSALS))

    @extend_schema(operation_id="mirrors_retrieve", responses=MirrorJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, direction: str) -> Response:
        """Shows a mirror."""
        project = self.project(request, organisation, name, Verb.MANAGE)
        return _answer(find_mirror(principal_of(request), project, direction))

    @extend_schema(
        operation_id="mirrors_set",
        request=MirrorChangeSerializer,
        responses=MirrorJson,
        parameters=[OPTIONAL_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str, name: str, direction: str) -> Response:
        """Sets the mirror: what is published is copied within a minute, or what is lacking is fetched when pulled. In
        place of another one it takes the `ETag` of that."""
        project = self.project(request, organisation, name, Verb.MANAGE)
        body = self.read_body(request, MirrorChangeSerializer)
        new_settings, precondition = MirrorSettings(**body), request_precondition(request)
        return _answer(
            set_mirror(principal_of(request), project, _direction(direction), new_settings, precondition=precondition)
        )

    @extend_schema(operation_id="mirrors_remove", responses={204: None}, parameters=[REQUIRED_IF_MATCH])
    def delete(self, request: Request, organisation: str, name: str, direction: str) -> Response:
        """Removes the mirror. What was copied or fetched stays."""
        project = self.project(request, organisation, name, Verb.MANAGE)
        remove_mirror(principal_of(request), project, _direction(direction), precondition=request_precondition(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProjectMirrorCopy(ProjectView):
    """Copying now."""

    needs = needing(post=PERSON)
    raises = raising(post=(NoSuchMirror, BadMirror))

    @extend_schema(operation_id="mirrors_copy", request=None, responses={202: MirrorCopyJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Copies what the mirror lacks, as it happens within a minute after each publication."""
        project = self.project(request, organisation, name, Verb.MANAGE)
        answer: MirrorCopyJson = {"job": str(copy_now(principal_of(request), project).pk)}
        return Response(answer, status=status.HTTP_202_ACCEPTED)


def _direction(text: str) -> MirrorDirection:
    if text not in MirrorDirection.values:
        raise NoSuchMirror("A project is mirrored `to` another registry or `from` one.")
    return MirrorDirection(text)


def _answer(mirror: Mirror) -> Response:
    return with_etag(Response(_to_json(mirror)), mirror_facets(mirror))


def _to_json(mirror: Mirror) -> MirrorJson:
    return {
        "direction": mirror.direction,
        "registry": mirror.registry,
        "repository": mirror.repository,
        "user": mirror.user,
        "has_password": bool(mirror.sealed_password),
        "ended": mirror.ended is not None,
        "changed": mirror.changed.isoformat() if mirror.changed else None,
        "problem": mirror.problem,
    }
