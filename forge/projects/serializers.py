"""Projects and files as JSON, and what of them comes in."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson
from forge.accounts.permissions import verbs_on
from forge.accounts.principals import Principal
from forge.accounts.serializers import ProjectVerb, names_of
from forge.core.api.json_types import Timestamp, Uuid, choices, utc_timestamp
from forge.projects.files.document import BINARY, TEXT, FileEntry
from forge.projects.models import Project, Visibility
from rune.source.templates import Template


class ProjectSummaryJson(TypedDict):
    """A project, without what one may do to it."""

    id: Uuid
    organisation: str
    name: str
    visibility: Annotated[str, choices("Visibility", Visibility.values)]
    description: str
    url: str


class ProjectJson(ProjectSummaryJson):
    """A project."""

    shares_files: Annotated[bool, "whether everyone who sees its page may copy the files of what it published"]
    may: list[ProjectVerb]


class ListedProjectJson(ProjectJson):
    """A project in a list."""

    created: Timestamp
    changed: Timestamp


class DraftFrameJson(TypedDict):
    """The draft whose files these are."""

    number: int
    title: str
    url: Annotated[str, "the page of the draft, which leads to its change request"]
    project: Annotated[str, "the name of the project that it is a draft of"]
    project_url: str


class ProjectStateJson(TypedDict):
    """The state that a client reads before it follows the event log: `sequence` is the number of its last event."""

    sequence: int
    project: ProjectSummaryJson
    me: PersonJson
    may: list[ProjectVerb]
    draft: Annotated[DraftFrameJson | None, "null for the files of a project itself"]
    public_url: str
    public_url_is_loopback: bool
    upload_limit: Annotated[int, "the most bytes that one request may carry"]


class FavouriteJson(TypedDict):
    """The answer to whether a project is among the person's favourites."""

    favourite: bool


class FileJson(TypedDict):
    """A file, without its contents. `digest` is null where the file is live text."""

    id: str
    path: str
    kind: Annotated[str, choices("FileKind", (TEXT, BINARY))]
    size: int
    digest: str | None


class FilesJson(TypedDict):
    """The files of a project."""

    files: list[FileJson]


class TemplateJson(TypedDict):
    """A template that a project can start from."""

    name: str
    title: str
    summary: str
    icon: str
    experimental: bool


class TemplatesJson(TypedDict):
    """The templates that a project can start from."""

    templates: list[TemplateJson]


class NewProjectSerializer(serializers.Serializer[Any]):
    """The fields of a new project. Without `name` it is called after `file`, or as near to that as is free."""

    organisation = serializers.CharField()
    name = serializers.CharField(required=False, allow_blank=True, default="")
    file = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="the name of a file that is to come, in place of `name`"
    )
    template = serializers.CharField(required=False, allow_null=True, allow_blank=True, default=None)


class CopySerializer(serializers.Serializer[Any]):
    """The place and the name of a copy of a project."""

    organisation = serializers.CharField()
    name = serializers.CharField()


class ProjectChangeSerializer(serializers.Serializer[Any]):
    """The changed fields of a project; omitted fields stay."""

    name = serializers.CharField(required=False)
    visibility = serializers.CharField(required=False)
    shares_files = serializers.BooleanField(required=False)
    sharing_reason = serializers.CharField(
        required=False, max_length=2000, help_text="why files are shared that look as if they held secrets"
    )
    description = serializers.CharField(required=False, allow_blank=True)


class RestoreSerializer(serializers.Serializer[Any]):
    """Restoring a project, under another name when its own is taken."""

    name = serializers.CharField(required=False)


class ChooseFavouriteSerializer(serializers.Serializer[Any]):
    """Making a project a favourite, or none."""

    favourite = serializers.BooleanField()


class RenameFileSerializer(serializers.Serializer[Any]):
    """A file's new path."""

    path = serializers.CharField()


def project_summary(project: Project) -> ProjectSummaryJson:
    """A project as its state and its events say it. Reads its organisation."""
    return {
        "id": str(project.pk),
        "organisation": project.organisation.name,
        "name": project.name,
        "visibility": project.visibility,
        "description": project.description,
        "url": project.get_absolute_url(),
    }


def draft_frame(project: Project) -> DraftFrameJson | None:
    """Returns the draft whose files a row has; None of a project."""
    if project.draft_of_id is None:
        return None
    draft = project.draft
    return {
        "number": draft.number,
        "title": draft.title,
        "url": draft.get_absolute_url(),
        "project": draft.project.name,
        "project_url": draft.project.get_absolute_url(),
    }


def project_to_json(project: Project, principal: Principal) -> ProjectJson:
    """A project with what the principal may do to it."""
    return {
        **project_summary(project),
        "shares_files": project.shares_files,
        "may": names_of(verbs_on(principal, project)),
    }


def listed_project_to_json(project: Project, principal: Principal) -> ListedProjectJson:
    """A project in a list."""
    return {
        **project_to_json(project, principal),
        "created": utc_timestamp(project.created),
        "changed": utc_timestamp(project.changed),
    }


def file_to_json(entry: FileEntry) -> FileJson:
    """A file as the API says it."""
    return {"id": entry.id, "path": entry.path, "kind": entry.kind, "size": entry.size, "digest": entry.digest}


def template_to_json(template: Template) -> TemplateJson:
    """A template as the API says it."""
    return {
        "name": template.name,
        "title": template.title,
        "summary": template.summary,
        "icon": template.icon,
        "experimental": template.experimental,
    }
