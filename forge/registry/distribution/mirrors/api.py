"""Reading a project's mirrors over REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.api.preconditions import ETAG
from forge.core.api.views import PERSON, needing, raising
from forge.projects.place import ProjectView
from forge.registry.distribution.mirrors.access import find_mirror, mirrors_of
from forge.registry.distribution.mirrors.errors import NoSuchMirror
from forge.registry.distribution.mirrors.serializers import MIRROR, MirrorJson, MirrorsJson, mirror_to_json


class ProjectMirrors(ProjectView):
    """All mirrors of a project."""

    needs = needing(get=PERSON)

    @extend_schema(operation_id="mirrors_list", responses=MirrorsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Lists the mirrors, for those who manage the project. Passwords are never shown."""
        project = self.project(request, organisation, name, Verb.MANAGE)
        answer: MirrorsJson = {"mirrors": [mirror_to_json(each) for each in mirrors_of(principal_of(request), project)]}
        return Response(answer)


class ProjectMirror(ProjectView):
    """A mirror of a project."""

    needs = needing(get=PERSON)
    raises = raising(get=NoSuchMirror)

    @extend_schema(operation_id="mirrors_retrieve", responses=MirrorJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, direction: str) -> Response:
        """Shows a mirror."""
        project = self.project(request, organisation, name, Verb.MANAGE)
        return MIRROR.response(find_mirror(principal_of(request), project, direction))
