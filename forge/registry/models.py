"""What is published: a repository a project, its manifests and blobs, and the tags that name them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.models import Blob
from forge.projects.models import Project


class Repository(models.Model):
    """A project's published runes. It belongs to the project's id, so a rename moves it along.

    A blob is pulled only through a repository that links it (`forge.core.blob_links`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="repository")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.project_id)


class Manifest(models.Model):
    """An artifact: its bytes are a blob, whose digest names it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="manifests")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    media_type = models.CharField(max_length=120)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "blob"], name="one_manifest_a_digest")]

    def __str__(self) -> str:
        return self.blob_id


class TagQuerySet(models.QuerySet["Tag"]):
    """Tags, as seen by someone."""

    def visible_to(self, actor: Actor) -> TagQuerySet:
        """Tags of the projects whose page the person may open."""
        return self.filter(repository__project__in=Project.objects.visible_to(actor))


class Tag(models.Model):
    """A name for a manifest, and the build that it came from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=128)
    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="tags")
    build = models.ForeignKey(Build, on_delete=models.PROTECT, related_name="tags")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()
    """When it was set to this manifest."""

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "name"], name="one_manifest_a_tag")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name
