"""Pushed artifacts under tags, the blobs that come before them, and the uploads of blobs."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.core.models import Blob
from forge.projects.models import Project
from forge.registry.oci.digests import LONGEST_DIGEST
from forge.registry.oci.manifests import TAG_LENGTH


class ArtifactTagQuerySet(models.QuerySet["ArtifactTag"]):
    """Tags of artifacts, as seen by someone."""

    def visible_to(self, actor: Actor) -> ArtifactTagQuerySet:
        """Tags of the projects whose page the person may open."""
        return self.filter(repository__project__in=Project.objects.visible_to(actor))


class ArtifactTag(models.Model):
    """A name for an artifact that a client pushed and that is no build of the project, as a `Tag` is for one that is.

    The two share their names: a repository has one of either.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey("registry.Repository", on_delete=models.CASCADE, related_name="artifact_tags")
    name = models.CharField(max_length=TAG_LENGTH)
    manifest = models.ForeignKey("registry.Manifest", on_delete=models.CASCADE, related_name="artifact_tags")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()
    """The time when it was set to this manifest."""

    objects = ArtifactTagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "name"], name="one_artifact_a_tag")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name


class PushedBlob(models.Model):
    """A blob that a client pushed or mounted. It is kept for a day without a manifest that names it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey("registry.Repository", on_delete=models.CASCADE, related_name="pushed_blobs")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    pushed = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "blob"], name="one_push_a_blob")]

    def __str__(self) -> str:
        return self.blob_id


class BlobDigest(models.Model):
    """The SHA-512 of a blob, by which clients may name it too."""

    digest = models.CharField(primary_key=True, max_length=LONGEST_DIGEST)
    blob = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.digest


class Upload(models.Model):
    """A blob on its way: the parts that came. The client that began it goes on with it, from any process."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey("registry.Repository", on_delete=models.CASCADE, related_name="uploads")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    size = models.BigIntegerField(default=0)
    """Bytes that came."""
    parts = models.JSONField(default=list)
    """Each `[name, size]` (`forge.core.blobs.parts.BlobPart`)."""
    changed = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.id}: {self.size} bytes"


class RegistryRules(models.Model):
    """The registry rules of an organisation."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True, related_name="+")
    takes_all = models.BooleanField(default=False)
    """Whether any artifact may be pushed, and not only runes, blocks and what refers to them."""
    versions_move = models.BooleanField(default=False)
    """Whether a tag that names a version may be pushed again with other bytes. Those of builds never may."""

    def __str__(self) -> str:
        return f"registry of {self.organisation_id}"
