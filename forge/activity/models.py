"""Activity entries: one row for what one person did to one thing within an hour."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, organisations_where
from forge.core.actors import Actor
from forge.projects.models import Project


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Activity entries, as visible to someone."""

    def visible_to(self, actor: Actor) -> ActivityQuerySet:
        """Returns entries of the person's organisations, in existing projects that they may read."""
        readable = models.Q(project=None) | models.Q(project__in=Project.objects.of_member(actor))
        return self.filter(readable, organisation__in=organisations_where(actor, Verb.SEE_ORGANISATION))


class Activity(models.Model):
    """An entry of the activity feed: a person did something, once or several times in an hour; the facts are those of
    the last time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    agent = models.UUIDField(null=True, blank=True)
    """The id of the agent that acted for the person; None where none did."""
    kind = models.CharField(max_length=40)
    """A kind that an app declares (`forge.core.events.announcements.ActivityAnnouncement`)."""
    subject = models.CharField(max_length=120, blank=True)
    """The subject of the entry; it distinguishes entries of one kind."""
    facts = models.JSONField(default=dict)
    """The values of its sentence."""
    times = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(db_index=True)
    """The last time."""

    objects = ActivityQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-at"], name="activity_of_organisations")]
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
