"""The keys of an organisation that sign what its deployments serve, and the signed documents."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from django.db import models

from forge.accounts.models import Organisation


class UpdateRole(models.TextChoices):
    """The role of a key, as TUF names it."""

    ROOT = "root", "Root"
    """Says which keys sign the other three. Two of its keys have to agree."""
    TARGETS = "targets", "Targets"
    """Says which rune the deployment serves."""
    SNAPSHOT = "snapshot", "Snapshot"
    """Says which targets are current."""
    TIMESTAMP = "timestamp", "Timestamp"
    """Says which snapshot is current. It ends within days."""


LIFETIMES: Final = {
    UpdateRole.ROOT: timedelta(days=365),
    UpdateRole.TARGETS: timedelta(days=90),
    UpdateRole.SNAPSHOT: timedelta(days=7),
    UpdateRole.TIMESTAMP: timedelta(days=2),
}
"""The time after which a document of the role ends. It is signed again after half of that."""


class UpdateKey(models.Model):
    """A key of an organisation for one role. The signer makes it, and it alone opens it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="update_keys")
    role = models.CharField(max_length=10, choices=UpdateRole.choices)
    key_id = models.CharField(max_length=64, unique=True)
    """The id in the documents: a SHA-256 in hexadecimal."""
    public_key = models.JSONField()
    """The public key as TUF writes keys."""
    sealed = models.TextField(blank=True)
    """The private half, encrypted (`forge.registry.provenance.signing.secret`); "" once another key has its role."""
    created = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True, blank=True)
    """The time when its replacement was requested, or None."""

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return f"{self.role} {self.key_id[:8]}"


class UpdateRoot(models.Model):
    """A version of an organisation's root document. Clients go from the one that they have to the newest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="update_roots")
    version = models.PositiveIntegerField()
    """The version, counted from 1 without a gap."""
    document = models.TextField()
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "version"], name="one_update_root_a_version")]
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"root {self.version}"


class UpdateDocument(models.Model):
    """A signed document of a deployment: its targets, its snapshot or its timestamp."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey("deployments.Deployment", on_delete=models.CASCADE, related_name="update_documents")
    role = models.CharField(max_length=10, choices=UpdateRole.choices)
    version = models.PositiveBigIntegerField()
    """Counts up with each document of the deployment, also after a backup was restored: it is no less than the seconds
    since 1970."""
    root = models.PositiveIntegerField()
    """The version of the root whose keys signed it."""
    release = models.PositiveIntegerField()
    """The number of the release that it is about."""
    target = models.CharField(max_length=200)
    """The name of the deployment when it was signed: `acme/door-knock/website`."""
    document = models.TextField()
    expires = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deployment", "role", "version"], name="one_update_document_a_version")
        ]
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self.role} {self.version} of {self.target}"
