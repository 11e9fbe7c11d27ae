"""The second build of what a tag names, over REST."""

from __future__ import annotations

from typing import Annotated, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import Timestamp
from forge.core.api.views import needing, raising
from forge.core.errors import Gone, NotFound
from forge.projects.place import ProjectView
from forge.registry.rebuilds.access import rebuild_of
from forge.registry.rebuilds.models import Rebuild
from forge.registry.tags.access import find_tag


class SecondBuildJson(TypedDict):
    """The result of building a published rune a second time."""

    is_same: Annotated[bool, "whether both builds gave the same bytes"]
    published_digest: Annotated[str, "the digest of the published rune"]
    rebuilt_digest: Annotated[str, "the digest of the second one, or empty if there is none"]
    toolchain: Annotated[str, "the digest of the toolchain of both"]
    differences: Annotated[list[str], "what differs, as sentences about it"]
    error: Annotated[str, "why there is no second rune, or empty if there is one"]
    created: Timestamp


class TagRebuild(ProjectView):
    """The second build of a tag's rune, for anybody who may see the project."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

    @extend_schema(operation_id="tags_rebuild", responses=SecondBuildJson)
    def get(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Says whether a second build, in another process with nothing of the first one, gave the same bytes. The
        server makes it within minutes after a publication."""
        version = find_tag(principal_of(request), self.project(request, organisation, name, Verb.SEE), tag)
        rebuild = rebuild_of(version)
        if rebuild is None:
            raise NotFound("It was not built a second time yet.")
        return Response(_to_json(rebuild))


def _to_json(rebuild: Rebuild) -> SecondBuildJson:
    return {
        "is_same": rebuild.is_same,
        "published_digest": rebuild.artefact.digest,
        "rebuilt_digest": rebuild.digest,
        "toolchain": str(rebuild.artefact.spec["toolchain"]),
        "differences": list(rebuild.differences),
        "error": rebuild.error,
        "created": rebuild.created.isoformat(),
    }
