"""Mirrors: other registries that a project's repository is copied to or fetched from."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.accounts.permissions import Verb, projects_where
from forge.core.actors import Actor
from forge.projects.models import Project
from rune.digests import DIGEST_LENGTH

LONGEST_ADDRESS = 300
"""Characters of the address of a registry."""
LONGEST_NAME = 255
"""Characters of the name of a repository, as Docker's clients allow."""
LONGEST_PROBLEM = 500
"""Characters."""


class MirrorDirection(models.TextChoices):
    """Says which way artifacts are copied."""

    TO = "to", "Copied to"
    """Publications of the project are pushed to the other registry."""
    FROM = "from", "Fetched from"
    """Missing artifacts are fetched from the other registry when a member pulls them."""


class MirrorQuerySet(models.QuerySet["Mirror"]):
    """Mirrors, as seen by someone."""

    def visible_to(self, actor: Actor) -> MirrorQuerySet:
        """Returns the mirrors of projects that the person manages: an address may reveal what others should not
        know."""
        return self.filter(project__in=Project.objects.alive().filter(projects_where(actor, Verb.MANAGE)))

    def active(self) -> MirrorQuerySet:
        """Returns the mirrors in use."""
        return self.filter(ended=None, project__deleted_at=None)


class Mirror(models.Model):
    """Another registry of a project: a project has at most one for each direction."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="mirrors")
    direction = models.CharField(max_length=4, choices=MirrorDirection.choices)
    registry = models.CharField(max_length=LONGEST_ADDRESS)
    """Scheme, host and port, `https://registry.example:5000`."""
    repository = models.CharField(max_length=LONGEST_NAME)
    """The name of the repository there, `team/door`."""
    user = models.CharField(max_length=200, blank=True)
    sealed_password = models.TextField(blank=True)
    """The password or token of `user` there (`forge.core.sealing`), or "" where none is needed."""
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """The person with whose rights it works."""
    created = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    """The time when it ended: the right of `author` ended, or they ended it."""
    copied_state = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of the state of a mirror that is copied to, after the last complete copy."""
    changed = models.DateTimeField(null=True, blank=True)
    """The time when something was last copied or fetched, or that failed; None before the first time."""
    problem = models.CharField(max_length=LONGEST_PROBLEM, blank=True)
    """The reason why the last copy or fetch failed, or "" if it did not."""

    objects = MirrorQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "direction"], name="one_mirror_a_direction")]
        ordering = ["direction"]

    def __str__(self) -> str:
        return f"{self.direction} {self.address}"

    @property
    def address(self) -> str:
        """The address without the scheme, as clients write it."""
        return f"{self.registry.partition('://')[2]}/{self.repository}"
