"""A tag over REST; the acts on it are in `actions.py`."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.preconditions import ETAG
from forge.core.api.views import needing
from forge.projects.place import ProjectView
from forge.registry.tags.access import find_any_tag
from forge.registry.tags.serializers import TAG, TagJson


class ProjectTag(ProjectView):
    """A tag of a project."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="tags_retrieve", responses=TagJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Returns a tag, also one that was withdrawn, for a person who may change its description: that takes the
        `ETag`."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        return TAG.response(find_any_tag(principal_of(request), project, tag))
