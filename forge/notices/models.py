"""Notices, and what a person wants to hear of: watched projects, muted things, and email."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, organisations_where
from forge.core.actors import Actor
from forge.notices.rules import Level, MailChoice, NoticeCause
from forge.projects.models import Project


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices, as seen by someone."""

    def visible_to(self, actor: Actor) -> NoticeQuerySet:
        """A person's own, of what they may still see."""
        if not actor.is_authenticated:
            return self.none()
        readable = models.Q(project__in=Project.objects.of_member(actor))
        whole = models.Q(project=None, organisation__in=organisations_where(actor, Verb.SEE_ORGANISATION))
        return self.filter(readable | whole, person_id=actor.pk)

    def open(self) -> NoticeQuerySet:
        """Notices that are not done."""
        return self.filter(done=None)

    def unread(self) -> NoticeQuerySet:
        """Notices that are neither done nor read."""
        return self.filter(done=None, read=None)


class Notice(models.Model):
    """A notice of something that concerns a person. There is one for each thing, about the newest of its events."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=200)
    """The key of the thing: `review:<id>`."""
    path = models.CharField(max_length=200)
    """The place of the thing, below the address of its project, or of the organisation where it has none."""
    kind = models.CharField(max_length=40)
    """The name of a topic that an app declares (`forge.core.events.announcements.NoticeTopic`)."""
    reason = models.CharField(max_length=10, choices=[(reason.value, reason.value) for reason in NoticeCause])
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    facts = models.JSONField(default=dict)
    """The values of its sentence, its title and the key of its message (`forge.notices.delivery.messages`)."""
    events = models.PositiveIntegerField(default=1)
    """How many events it tells of, since it was read last."""
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField()
    read = models.DateTimeField(null=True)
    done = models.DateTimeField(null=True)
    mail_due = models.DateTimeField(null=True)
    """The time when an email about it is due, unless it is read before; None where none is, or one was sent."""

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "subject"], name="one_notice_a_thing_of_a_person")]
        indexes = [
            models.Index(fields=["person", "-changed"], name="notices_of_people"),
            models.Index(fields=["changed"], name="notices_to_end"),
            models.Index(fields=["mail_due"], condition=models.Q(mail_due__isnull=False), name="notices_to_mail"),
        ]
        ordering = ["-changed"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    def get_absolute_url(self) -> str:
        """The page of the thing."""
        place = self.project if self.project is not None else self.organisation
        return f"{place.get_absolute_url()}{self.path}"


class WatchedProject(models.Model):
    """A person's level of notices for a project. Without a row: the notices that concern the person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=4, choices=[(level.value, level.value) for level in Level])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "project"], name="one_level_a_project_of_a_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.level} {self.project_id}"


class MutedThing(models.Model):
    """A thing of which a person wants to hear nothing more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "subject"], name="muted_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.subject}"


class MailPreference(models.Model):
    """Says which notices a person gets by email. Without a row: `MailChoice.REQUESTED_AND_DIGEST`."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    choice = models.CharField(max_length=20, choices=[(choice.value, choice.value) for choice in MailChoice])

    def __str__(self) -> str:
        return f"{self.person_id} {self.choice}"
