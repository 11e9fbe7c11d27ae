"""The trash of a project's registry, over REST."""

from __future__ import annotations

from typing import Annotated, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import Timestamp
from forge.core.api.views import needing
from forge.projects.place import ProjectView
from forge.registry.distribution.trash.access import trash_of


class TrashedManifestJson(TypedDict):
    """A deleted manifest, whose bytes are kept until `end`."""

    digest: str
    size: int
    media_type: str
    artifact_type: str
    subject: Annotated[str, "the digest of what it refers to; empty where it refers to nothing"]
    tags: Annotated[list[str], "the tags that it had"]
    deleted: Timestamp
    end: Timestamp


class TrashJson(TypedDict):
    """The manifests that were deleted last, at most 200."""

    manifests: list[TrashedManifestJson]


class ProjectTrash(ProjectView):
    """The deleted artifacts of a project's registry."""

    needs = needing(get=Scope.REGISTRY_PUSH)

    @extend_schema(operation_id="registry_trash", responses=TrashJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Lists what can be restored. Manifests are deleted for good 30 days after they were deleted."""
        project = self.project(request, organisation, name, Verb.PUSH)
        answer: TrashJson = {
            "manifests": [
                {
                    "digest": each.manifest.blob_id,
                    "size": each.manifest.blob.size,
                    "media_type": each.manifest.media_type,
                    "artifact_type": each.manifest.artifact_type,
                    "subject": each.manifest.subject,
                    "tags": each.tags,
                    "deleted": each.manifest.trashed.isoformat() if each.manifest.trashed else "",
                    "end": each.end.isoformat(),
                }
                for each in trash_of(principal_of(request), project)
            ]
        }
        return Response(answer)
