"""Reports, moderators, and subjects that were taken down."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from forge.core.actors import Actor
from forge.projects.models import Project

LONGEST_TEXT = 2000
"""Characters of a report, a decision or an appeal."""


class Moderator(models.Model):
    """Somebody whom the operator of the installation lets decide about reports."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="moderator"
    )
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.person_id)


class ReportReason(models.TextChoices):
    """The reason of a report or of taking a subject down."""

    HARM = "harm", "It can harm people or their devices"
    PERSONAL = "personal", "It shows data of people who did not agree to that"
    RIGHTS = "rights", "It is somebody's work without their licence"
    DECEIT = "deceit", "It pretends to be something or somebody else"
    ABUSE = "abuse", "It is advertising, or insults people"
    OTHER = "other", "Something else"


class ReportState(models.TextChoices):
    """The state of a report."""

    OPEN = "open", "Open"
    TAKEN_DOWN = "taken-down", "Taken down"
    DISMISSED = "dismissed", "Dismissed"


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, as seen by someone."""

    def visible_to(self, actor: Actor) -> ReportQuerySet:
        """A person's own, and all for a moderator."""
        if actor.person is None:
            return self.none()
        if Moderator.objects.filter(person=actor.pk).exists():
            return self.all()
        return self.filter(reporter=actor.pk)


class Report(models.Model):
    """A report that something is wrong with a project's public page, or with a person's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="reports")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="reports"
    )
    """The person whom the report is about, if it is about one."""
    reason = models.CharField(max_length=10, choices=ReportReason.choices)
    text = models.TextField(blank=True)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=ReportState.choices, default=ReportState.OPEN)
    answer = models.TextField(blank=True)
    """The decision in words, for the person who reported it."""
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False, person__isnull=True) | Q(project__isnull=True, person__isnull=False),
                name="a_report_is_about_one_thing",
            ),
            models.UniqueConstraint(
                fields=["project", "reporter"], condition=Q(state=ReportState.OPEN), name="one_open_report_of_a_project"
            ),
            models.UniqueConstraint(
                fields=["person", "reporter"], condition=Q(state=ReportState.OPEN), name="one_open_report_of_a_person"
            ),
        ]
        indexes = [models.Index(fields=["state", "created"], name="reports_to_decide")]
        ordering = ["created"]

    def __str__(self) -> str:
        return f"{self.reason}: {self.project_id or self.person_id}"


class TakeDown(models.Model):
    """A removal of a project's public page, or a person's, from view, and the reply of its people.

    `Project.taken_down` and `User.page_taken_down` say the same where pages and lists are read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="take_downs")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="take_downs"
    )
    reason = models.CharField(max_length=10, choices=ReportReason.choices)
    text = models.TextField()
    """The reason, for its people."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    appeal = models.TextField(blank=True)
    """The reason why it should be put back, by one of its people."""
    appealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    appealed = models.DateTimeField(null=True, blank=True)
    refusal = models.TextField(blank=True)
    """The reason why it stays down in spite of the appeal; "" while nobody decided about that."""
    ended = models.DateTimeField(null=True, blank=True)
    """The time when it was put back."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False, person__isnull=True) | Q(project__isnull=True, person__isnull=False),
                name="a_take_down_is_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(ended__isnull=True), name="a_project_is_taken_down_once"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended__isnull=True), name="a_persons_page_is_taken_down_once"
            ),
        ]
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.reason}: {self.project_id or self.person_id}"

    @property
    def has_open_appeal(self) -> bool:
        """Whether an appeal waits for a decision."""
        return self.appealed is not None and not self.refusal and self.ended is None
