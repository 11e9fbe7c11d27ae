"""Change requests: what somebody made of a fork, offered to the project from which it was forked."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.builds.models import Build
from forge.core.actors import Actor
from forge.projects.models import Draft, Project, Version
from rune.editing.merge import Side


class ChangeState(models.TextChoices):
    """The state of a change request."""

    OPEN = "open", "Open"
    MERGED = "merged", "Merged"
    CLOSED = "closed", "Closed"


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    """Change requests, as seen by someone."""

    def visible_to(self, actor: Actor) -> ChangeRequestQuerySet:
        """Returns the change requests to projects that the person reads."""
        return self.filter(project__in=Project.objects.of_member(actor))

    def offered_by(self, actor: Actor) -> ChangeRequestQuerySet:
        """Returns the change requests from forks that the person reads, to projects whose page they may open: the
        offer, its conversation and its outcome, and no more."""
        visible_projects = Project.objects.visible_to(actor)
        return self.filter(source__in=Project.objects.of_member(actor), project__in=visible_projects)


class ChangeRequest(models.Model):
    """A fork's files, offered to its origin. They stay the fork's until they are merged: `base` and `offered` are its
    versions, of which the people of the project may read what is needed to decide.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="change_requests")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.ForeignKey(Project, null=True, on_delete=models.SET_NULL, related_name="offers")
    """The fork; None once it is gone for good."""
    outside_author = models.CharField(max_length=100, blank=True, default="", db_default="")
    """The author elsewhere, as the repository names them: no account here."""
    outside_place = models.CharField(max_length=300, blank=True, default="", db_default="")
    """The source of the change as text, where that is no fork: a branch elsewhere, or a conversion of a model, which
    has an `author`. `base` and `offered` are then versions of the project itself."""
    base = models.ForeignKey(Version, null=True, on_delete=models.SET_NULL, related_name="+")
    """The common version of both sides."""
    offered = models.ForeignKey(Version, null=True, on_delete=models.SET_NULL, related_name="+")
    """The current offer: the version of the newest of its `rounds`."""
    changes_requested = models.DateTimeField(null=True, blank=True)
    """The time when the project's members asked for newer files; None if they did not."""
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.OPEN)
    reason = models.TextField(blank=True)
    """The reason why it was closed."""
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided = models.DateTimeField(null=True, blank=True)
    build = models.ForeignKey(Build, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The newest build of the merged result."""
    before = models.ForeignKey(Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The project's files before it was merged: with `offered`, the parents of `merged_version`."""
    merged_version = models.ForeignKey(
        Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="change_requests"
    )
    created = models.DateTimeField(auto_now_add=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_change_request_a_number"),
            models.CheckConstraint(
                condition=models.Q(state=ChangeState.OPEN, decided__isnull=True)
                | ~models.Q(state=ChangeState.OPEN) & models.Q(decided__isnull=False),
                name="an_open_change_request_is_undecided",
            ),
        ]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"change request {self.number}"

    @property
    def subject(self) -> str:
        """The key of its discussion and of its audit entries."""
        return f"change_request:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == ChangeState.OPEN

    @property
    def is_outside(self) -> bool:
        """Whether the change request comes from no fork: from a branch elsewhere, or from a conversion."""
        return bool(self.outside_place)

    @property
    def draft(self) -> Draft | None:
        """The draft of the project that it comes from; None of a fork or a branch."""
        return self.source.draft if self.source is not None and self.source.draft_of_id is not None else None

    @property
    def agent_name(self) -> str:
        """The name of the agent that wrote what is offered, for its author; "" where people did."""
        return self.draft.agent_name if self.draft is not None else ""

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}/change-requests/{self.number}"


class OfferRound(models.Model):
    """Files that were offered in a change request, at first and each time again. `message` says what was addressed."""

    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    version = models.ForeignKey(Version, null=True, on_delete=models.SET_NULL, related_name="+")
    """The version of the fork; None once that is gone for good."""
    message = models.TextField(blank=True)
    selection = models.JSONField(null=True, blank=True)
    """The keys of the changes that were chosen (`rune.editing.merge.selection`), of the newest round without a
    selection; None where all files are offered."""
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="one_offer_round_a_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"round {self.number} of {self.request}"


class Resolution(models.Model):
    """The resolution of a change request's conflict. `key` is the conflict's, so it ends when a side says another
    thing there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="resolutions")
    key = models.CharField(max_length=32)
    side = models.CharField(max_length=10, choices=[(side.value, side.value) for side in Side])
    text = models.TextField(blank=True)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "key"], name="one_resolution_a_conflict")]

    def __str__(self) -> str:
        return f"{self.side} for {self.key}"
