"""Serializers of projects and files."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from forge.accounts.may import MayOfProject
from forge.projects.document import FileEntry
from forge.projects.models import Visibility


class ProjectSerializer(serializers.Serializer[Any]):
    """A project."""

    id = serializers.UUIDField(read_only=True)
    organisation = serializers.CharField(source="organisation.name", read_only=True)
    name = serializers.CharField(read_only=True)
    visibility = serializers.ChoiceField(choices=Visibility.choices, read_only=True)
    description = serializers.CharField(read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    may = MayOfProject()


class ProjectListSerializer(ProjectSerializer):
    """A project in a list."""

    created = serializers.DateTimeField(read_only=True)
    changed = serializers.DateTimeField(read_only=True)


class NewProjectSerializer(serializers.Serializer[Any]):
    """What makes a project."""

    organisation = serializers.CharField()
    name = serializers.CharField()
    template = serializers.CharField(required=False, allow_null=True, allow_blank=True, default=None)


class ProjectChangeSerializer(serializers.Serializer[Any]):
    """What changes a project; what is left out stays."""

    name = serializers.CharField(required=False)
    visibility = serializers.CharField(required=False)
    description = serializers.CharField(required=False, allow_blank=True)


class RestoreSerializer(serializers.Serializer[Any]):
    """Restoring a project, under another name when its own is taken."""

    name = serializers.CharField(required=False)


class RenameFileSerializer(serializers.Serializer[Any]):
    """A file's new path."""

    path = serializers.CharField()


class FileSerializer(serializers.Serializer[Any]):
    """A file, without its contents."""

    id = serializers.CharField()
    path = serializers.CharField()
    kind = serializers.ChoiceField(choices=["text", "binary"])
    size = serializers.IntegerField()
    digest = serializers.CharField(allow_null=True)


class TemplateSerializer(serializers.Serializer[Any]):
    """A template that a project can start from."""

    name = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    icon = serializers.CharField()
    experimental = serializers.BooleanField()


def file_to_json(entry: FileEntry) -> dict[str, Any]:
    """A file as the API says it."""
    return {"id": entry.id, "path": entry.path, "kind": entry.kind, "size": entry.size, "digest": entry.digest}
