"""Passes of phones: what a person's phone may be let in with, for one project and to nothing but the player."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.core.actors import Actor
from forge.projects.models import Project


class PhonePassQuerySet(models.QuerySet["PhonePass"]):
    """Passes, as seen by someone."""

    def visible_to(self, actor: Actor) -> PhonePassQuerySet:
        """A person's own passes."""
        return self.filter(user_id=actor.pk) if actor.is_authenticated else self.none()

    def alive(self) -> PhonePassQuerySet:
        """Passes that a phone holds and that have not ended."""
        return self.filter(used__isnull=False, expires__gt=timezone.now())


class PhonePass(models.Model):
    """A link in a QR code that works once, and then the pass of the phone that opened it. Only hashes are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link_hash = models.CharField(max_length=64, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True, null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phone_passes")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="phone_passes")
    session_hash = models.CharField(max_length=128)
    """A hash of the person's password state: another password ends the pass, as it ends sessions."""
    created = models.DateTimeField(auto_now_add=True)
    link_expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)
    expires = models.DateTimeField(null=True, blank=True)

    objects = PhonePassQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    kind = "phone-pass"
    """The kind of actor (`forge.accounts.principals.PrincipalKind`)."""
    scopes = ("project:read",)

    @property
    def restriction(self) -> tuple[str]:
        """The key of the pass's project: it opens that project's player and nothing else."""
        return (f"project:{self.project_id}",)

    def __str__(self) -> str:
        return f"phone of {self.user_id} for {self.project_id}"
