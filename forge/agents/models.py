"""Agents: the right that a person gave to a program of an assistant, and what it did with it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from forge.accounts.models import ApiToken
from forge.core.actors import Actor
from forge.projects.models import Draft, Project

LONGEST_NAME = 80
"""Characters of an agent's name."""
LONGEST_SUMMARY = 300
"""Characters of the sentence about a step."""
LONGEST_TOOL = 40
"""Characters of the name of a tool."""
LONGEST_KEY = 40
"""Characters of the key of work."""


class AgentGrantQuerySet(models.QuerySet["AgentGrant"]):
    """Grants, as seen by someone."""

    def alive(self) -> AgentGrantQuerySet:
        """Grants that have not ended; one that came by a token ends with it."""
        tokens = Q(token__isnull=True) | Q(token__expires__isnull=True) | Q(token__expires__gt=Now())
        return self.filter(tokens, ended__isnull=True, expires__gt=Now(), person__is_active=True)

    def visible_to(self, actor: Actor) -> AgentGrantQuerySet:
        """Returns a person's own."""
        return self.filter(person=actor.pk) if actor.is_authenticated else self.none()


class AgentGrant(models.Model):
    """The right of an agent: it acts for a person, in some projects, with some scopes, until an end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=LONGEST_NAME)
    """The name that the program gives itself; unverified."""
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agents")
    client = models.CharField(max_length=100, blank=True)
    """The id of the program at the authorisation server; "" of one that shows a token of its person."""
    token = models.ForeignKey(ApiToken, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """The token of the person that it shows; None of one that the person admitted on the page of consent."""
    scopes = models.JSONField(default=list)
    restriction = models.JSONField()
    """The projects that it may use, as keys like `project:<id>`."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)
    """The time when somebody ended it; None if nobody did."""
    last_used = models.DateTimeField(null=True, blank=True)

    objects = AgentGrantQuerySet.as_manager()

    kind = "agent"
    """The kind of actor (`forge.accounts.principals.PrincipalKind`)."""

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "client"], condition=Q(ended__isnull=True) & ~Q(client=""), name="one_agent_a_client"
            ),
            models.UniqueConstraint(
                fields=["token"], condition=Q(ended__isnull=True, token__isnull=False), name="one_agent_a_token"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.person}"


class StepKind(models.TextChoices):
    """The kind of a step."""

    READ = "read", "Read"
    EDIT = "edit", "Edited"
    WORK = "work", "Had it computed"
    TALK = "talk", "Wrote to people"
    REFUSED = "refused", "Was refused"


class AgentStep(models.Model):
    """A call of an agent: what it asked for and what came of it. People see it beside the draft."""

    agent = models.ForeignKey(AgentGrant, on_delete=models.CASCADE, related_name="steps")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    draft = models.ForeignKey(Draft, null=True, blank=True, on_delete=models.SET_NULL, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    tool = models.CharField(max_length=LONGEST_TOOL)
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    summary = models.CharField(max_length=LONGEST_SUMMARY)
    """The act, as the rest of a sentence: "read 6 files"."""
    reads = models.JSONField(default=list)
    """The names of what it read: paths of files, `comment:<id>` and the like."""
    addressed = models.JSONField(null=True, blank=True)
    """The sentences of what it read that address an assistant, `{origin: [sentence]}`; None where there was none."""
    changes = models.JSONField(default=dict)
    """The texts that an edit changed, `{path: [before, after]}`; None for a file that was not there, or is no more."""
    began = models.CharField(max_length=LONGEST_KEY, blank=True, default="", db_default="")
    """The key of the work that it began, such as `run:3` of the project; "" of a call that began none."""
    undone = models.DateTimeField(null=True, blank=True)
    """The time when a person took its changes back."""

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["agent", "at"], name="steps_of_an_agent")]

    def __str__(self) -> str:
        return f"{self.tool} by {self.agent_id}"

    @property
    def may_be_undone(self) -> bool:
        """Returns whether it changed texts of a draft, and nobody took that back."""
        return bool(self.changes) and self.undone is None

    @property
    def reason(self) -> str:
        """The agent's reason for an edit, which the summary has behind the paths; "" of another step."""
        return self.summary.partition(": ")[2] if self.changes else ""
