"""Published blocks over REST: a project's, an organisation's, those that a project can use, and publishing one."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.scopes import Scope
from forge.core.api.preconditions import ETAG
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Gone
from forge.projects.place import ProjectView
from forge.registry.blocks.access import blocks_in, blocks_of, find_any_block, find_block
from forge.registry.blocks.actions import note_block_pull
from forge.registry.blocks.serializers import (
    BLOCK,
    BlockFilesJson,
    BlockVersionJson,
    PublishedBlocksJson,
    UsableBlocksJson,
    block_files_to_json,
    blocks_to_json,
    usable_to_json,
)
from forge.registry.blocks.usable import usable_files


class ProjectBlocks(ProjectView):
    """The blocks that a project published."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

    @extend_schema(operation_id="blocks_list", responses=PublishedBlocksJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the project's published blocks, by name, with the versions of each, newest first."""
        project = self.project(request, organisation, name, Verb.SEE)
        return Response(blocks_to_json(blocks_of(principal_of(request), project)))


class ProjectBlock(ProjectView):
    """A version of a block, for anybody who may see the project."""

    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Gone)

    @extend_schema(operation_id="blocks_read", responses=BlockFilesJson)
    def get(self, request: Request, organisation: str, name: str, block: str, version: str) -> Response:
        """A version with the texts of its source, its tests and the licence."""
        project = self.project(request, organisation, name, Verb.SEE)
        versions = find_block(principal_of(request), project, block, version)
        if request.method == "GET":
            note_block_pull(principal_of(request), project, block, versions.manifest.blob_id)
        return Response(block_files_to_json(versions))


class BlockWithdrawal(ProjectView):
    """A version of a block, for who may withdraw it."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="blocks_withdrawal", responses=BlockVersionJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, block: str, version: str) -> Response:
        """Returns a version, also one that was withdrawn, for a person who may withdraw or deprecate it: that takes the
        `ETag`."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        return BLOCK.response(find_any_block(principal_of(request), project, block, version))


class UsableBlocks(ProjectView):
    """The blocks that a project can use."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="blocks_usable", responses=UsableBlocksJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns blocks of other projects of the organisation, and the blocks of public projects that the Runefile or
        `rune.lock` name: those of projects that you may see, and the versions that `rune.lock` names. `files` are what
        the language service reads of them."""
        project = self.project(request, organisation, name, Verb.READ)
        blocks, files = usable_files(principal_of(request), project)
        return Response(usable_to_json(blocks, files))


class OrganisationBlocks(ForgeView):
    """The blocks of an organisation's projects."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="blocks_of_organisation", responses=PublishedBlocksJson)
    def get(self, request: Request, organisation: str) -> Response:
        """Returns an organisation's blocks that you may see. Where there are none, and you are no member
        of it, it is as if there were no such organisation."""
        return Response(blocks_to_json(blocks_in(signed_in(request), organisation)))
