"""Projects from Git servers, their history to them, and as a download."""

from __future__ import annotations

from typing import Annotated, TypedDict

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.access import find_organisation
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.scopes import Scope
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict, TooOften, Unprocessable
from forge.core.http import media_types
from forge.projects.files.document import MAXIMUM_PATH
from forge.projects.git.remote import MAX_ADDRESS_LENGTH, MAX_BRANCH_LENGTH, MAX_TOKEN_LENGTH, Remote, checked_remote
from forge.projects.git.repository import may_be_in_git
from forge.projects.history.export import HISTORY_ENDING, history_files
from forge.projects.lifecycle.actions import downloads
from forge.projects.place import ProjectView
from forge.projects.remotes import actions as git_actions
from forge.projects.serializers import ProjectJson, project_to_json
from forge.projects.versions.store import working_tree
from forge.projects.versions.write_archive import archive_response


class PushSerializer(serializers.Serializer[None]):
    """A branch on a Git server."""

    url = serializers.CharField(
        max_length=MAX_ADDRESS_LENGTH, help_text="https://…: of a server that the installation allows"
    )
    branch = serializers.CharField(max_length=MAX_BRANCH_LENGTH)
    token = serializers.CharField(
        max_length=MAX_TOKEN_LENGTH,
        required=False,
        default="",
        allow_blank=True,
        help_text="used this once, and kept nowhere",
    )


class FromGitSerializer(PushSerializer):
    """A branch on a Git server, or a folder of it, and the project that it becomes."""

    organisation = serializers.CharField()
    name = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="by default after the repository"
    )
    branch = serializers.CharField(
        max_length=MAX_BRANCH_LENGTH,
        required=False,
        default="",
        allow_blank=True,
        help_text="by default the repository's own",
    )
    folder = serializers.CharField(
        max_length=MAXIMUM_PATH, required=False, default="", allow_blank=True, help_text="by default all of it"
    )


class ProjectFromGitJson(TypedDict):
    """The project that was created from a branch."""

    project: ProjectJson
    skipped_paths: Annotated[list[str], "links and submodules; at most 20 of them"]


class PushedJson(TypedDict):
    """The branch after a push."""

    commit: Annotated[str, "its newest commit"]
    commits: Annotated[int, "how many it did not have before"]


class ProjectsFromGit(ForgeView):
    """Making a project of a branch on a Git server."""

    needs = needing(post=Scope.PROJECT_CREATE)
    raises = raising(post=(Conflict, Unprocessable, TooOften))

    @extend_schema(operation_id="projects_from_git", request=FromGitSerializer, responses={201: ProjectFromGitJson})
    def post(self, request: Request) -> Response:
        principal = signed_in(request)
        body = self.read_body(request, FromGitSerializer)
        organisation = find_organisation(principal, body["organisation"], Verb.CREATE_PROJECT)
        remote = checked_remote(body["url"], body["branch"], body["token"], body["folder"])
        project, skipped_paths = git_actions.create_from_git(principal, organisation, body["name"], remote)
        answer: ProjectFromGitJson = {
            "project": project_to_json(project, principal),
            "skipped_paths": list(skipped_paths),
        }
        return Response(answer, status=status.HTTP_201_CREATED)


class ProjectRepository(ProjectView):
    """The project's files with their history: a .zip that is a Git repository, with a commit for each version."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, Unprocessable, TooOften))

    @extend_schema(operation_id="repository_read", responses={(200, media_types.ZIP): OpenApiTypes.BINARY})
    def get(self, request: Request, organisation: str, name: str) -> HttpResponseBase:
        project = self.project(request, organisation, name, Verb.READ)
        now = working_tree(project)
        if request.method == "GET":
            downloads.note_download(principal_of(request), project, "archive.download", folder="", history=True)
        beside = ((f".git/{path}", data) for path, data in history_files(project, now))
        files = {path: file for path, file in now.manifest.items() if may_be_in_git(path)}
        filename = f"{project.name}{HISTORY_ENDING}.zip"
        return archive_response(request, files, now.texts, folder="", filename=filename, beside=beside)

    @extend_schema(operation_id="repository_push", request=PushSerializer, responses=PushedJson)
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Pushes the versions to a branch, a commit for each; never over commits of others."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, PushSerializer)
        remote: Remote = checked_remote(body["url"], body["branch"], body["token"])
        result = git_actions.push_to_git(principal_of(request), project, remote)
        answer: PushedJson = {"commit": result.commit, "commits": result.commits}
        return Response(answer)
