"""Deployments, what each served and serves, and the keys of the apps that use it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forge.accounts.models import of_living_tokens
from forge.accounts.names import MAXIMUM_LENGTH
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.deployments.images.models import ReleaseImage
from forge.deployments.previews.models import PreviewLink
from forge.deployments.updates.models import UpdateDocument, UpdateKey, UpdateRole, UpdateRoot
from forge.projects.models import Project
from forge.registry.oci.manifests import TAG_LENGTH
from rune.digests import DIGEST_LENGTH

__all__ = (
    "CallsOfDay",
    "Deployment",
    "DeploymentKey",
    "DeploymentKeyQuerySet",
    "DeploymentKind",
    "DeploymentQuerySet",
    "PreviewLink",
    "Release",
    "ReleaseImage",
    "StoredPlayerScript",
    "UpdateDocument",
    "UpdateKey",
    "UpdateRole",
    "UpdateRoot",
)


class DeploymentKind(models.TextChoices):
    """The place where the rune of a deployment runs."""

    WEB = "web", "Website"
    APP = "app", "App"
    DEVICES = "devices", "Devices"


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    """Deployments, as seen by someone."""

    def visible_to(self, actor: Actor) -> DeploymentQuerySet:
        """Returns the deployments of projects that the person may read."""
        return self.filter(project__in=Project.objects.of_member(actor))


class Deployment(models.Model):
    """A name of a project under which apps get a rune. It serves one release at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="deployments")
    name = models.CharField(max_length=MAXIMUM_LENGTH)
    """The last word of its address. It never changes."""
    title = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=DeploymentKind.choices)
    origins = models.JSONField(default=list)
    """The origins whose pages may use it, such as `https://acme.example`."""
    follows = models.CharField(max_length=TAG_LENGTH, blank=True)
    """The tag that it follows, or "" if its release stays until somebody chooses another one."""
    promoted_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="promoted_to"
    )
    """The deployment of the same project whose release a promotion copies to this one, such as staging; None without
    one."""
    blocked_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The manifest that the followed tag names and the gate refuses, or "" if it does not."""
    block_reasons = models.JSONField(default=list)
    """The reasons of the block, as sentences."""
    last_release = models.PositiveIntegerField(default=0)
    """The number of its newest release, which it serves."""
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_deployment_a_name")]
        indexes = [models.Index(fields=["follows"], condition=~Q(follows=""), name="following_deployments")]
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Returns the address of its page."""
        return f"{self.project.get_absolute_url()}/deployments/{self.name}"

    @property
    def short_id(self) -> int:
        """A number for apps whose library takes a number: the first 32 bits of the id. It proves nothing."""
        return self.pk.int >> 96

    @property
    def served_path(self) -> str:
        """The path under which apps get its rune."""
        return f"/d/{self.project.full_name}/{self.name}"


class Release(models.Model):
    """A release: a deployment served a build's rune from one moment to another.

    The one without an end is served now.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    build = models.ForeignKey(Build, on_delete=models.RESTRICT, related_name="+")
    version = models.CharField(max_length=TAG_LENGTH)
    """The name for people: the version's tag, or the tag that named the build if there is no version."""
    digest = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the manifest, which signatures and reviews name."""
    rune = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the rune's bytes."""
    size = models.BigIntegerField()
    """The size of the rune."""
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The person, or None if a followed tag moved or the person's account was deleted."""
    tag = models.CharField(max_length=TAG_LENGTH, blank=True)
    """The followed tag that moved, or "" if a person chose the release."""
    promoted_from = models.CharField(max_length=60, blank=True, default="", db_default="")
    """The title that the deployment had from which somebody promoted it, or "" if it came another way."""
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deployment", "number"], name="one_release_a_number"),
            models.UniqueConstraint(fields=["deployment"], condition=Q(ended=None), name="one_release_at_a_time"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return self.version


class DeploymentKeyQuerySet(models.QuerySet["DeploymentKey"]):
    """Keys of deployments, as seen by someone."""

    def visible_to(self, actor: Actor) -> DeploymentKeyQuerySet:
        """Returns the releases of deployments that the person may see."""
        return self.filter(deployment__in=Deployment.objects.visible_to(actor))

    def open(self) -> DeploymentKeyQuerySet:
        """Keys that neither ended nor were revoked, and whose maker's token, if a token made them, has not ended."""
        lasting = Q(expires=None) | Q(expires__gt=timezone.now())
        return self.filter(lasting, of_living_tokens(), revoked=None)


class DeploymentKey(models.Model):
    """A secret by which a deployment knows an app. The secret is shown once, and its hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=40)
    secret_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    """The first and last characters of the key, by which people recognise it: `hf_web…7c`."""
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by_token = models.UUIDField(null=True, blank=True)
    """The id of the token that made it, with which it ends, or None if a person made it."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True, blank=True)
    """The end of its time, or None if it has no end."""
    revoked = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)

    objects = DeploymentKeyQuerySet.as_manager()

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def has_ended(self) -> bool:
        """Whether the key was revoked, or its time is over."""
        return self.revoked is not None or (self.expires is not None and self.expires <= timezone.now())


class CallsOfDay(models.Model):
    """The number of requests to a deployment on a day. No row says by whom."""

    id = models.BigAutoField(primary_key=True)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="calls")
    day = models.DateField()
    answered = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "day"], name="one_count_of_calls_a_day")]
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.day}"


class StoredPlayerScript(models.Model):
    """A script of `<rune-player>` of a release of this server, by its digest. Pages of others name it for good."""

    digest = models.CharField(max_length=64, primary_key=True)
    """The SHA-256 of its bytes, in hexadecimal."""
    text = models.TextField()
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.digest
