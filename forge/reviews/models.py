"""Verdicts of members on builds. What is said about a build is a thread of `core`."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.builds.models import Build
from forge.core.actors import Actor
from forge.projects.models import Project


class Choice(models.TextChoices):
    """What a member says of a build."""

    APPROVE = "approve", "Approved"
    CHANGES = "changes", "Changes requested"


class VerdictQuerySet(models.QuerySet["Verdict"]):
    """Verdicts, as seen by someone."""

    def visible_to(self, actor: Actor) -> VerdictQuerySet:
        """Verdicts on builds of the person's own organisations."""
        return self.filter(build__project__in=Project.objects.of_member(actor))

    def standing(self) -> VerdictQuerySet:
        """Current verdicts: each member's newest on each build."""
        return self.filter(replaced=False)


class Verdict(models.Model):
    """What a member says of a build. It holds for the rune with this digest and for no other.

    A member who thinks again writes another; the earlier one stays to be read and is marked as replaced.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="verdicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=10, choices=Choice.choices)
    comment = models.TextField(blank=True)
    rune_digest = models.CharField(max_length=71)
    replaced = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["build", "user"], condition=models.Q(replaced=False), name="one_standing_verdict_a_member"
            )
        ]
        ordering = ["created"]

    def __str__(self) -> str:
        return self.verdict
