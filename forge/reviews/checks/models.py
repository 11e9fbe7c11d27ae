"""Results of checks that others than people make of a build's bytes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.accounts.models import ApiToken
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.projects.models import Project
from rune.digests import DIGEST_LENGTH

MAX_TEXT = 300
MAX_LINK = 500


class CheckState(models.TextChoices):
    """The result of an external check of a build."""

    PENDING = "pending", "Pending"
    SUCCESS = "success", "Success"
    FAILURE = "failure", "Failure"


class CheckResultQuerySet(models.QuerySet["CheckResult"]):
    """Results of checks, as seen by someone."""

    def visible_to(self, actor: Actor) -> CheckResultQuerySet:
        """Results on builds of projects that the person reads."""
        return self.filter(project__in=Project.objects.of_member(actor))


class CheckResult(models.Model):
    """The latest result of an external check of a rune: of its bytes, whichever build of the project made them.

    A robot is one token, and not whatever has its name: a result counts while the token that posted it works
    (`forge.reviews.checks.access`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="+")
    """The one to which it was posted."""
    rune_digest = models.CharField(max_length=DIGEST_LENGTH)
    name = models.CharField(max_length=40)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.ForeignKey(ApiToken, null=True, on_delete=models.SET_NULL, related_name="+")
    """The robot; None once it was deleted."""
    token_name = models.CharField(max_length=80)
    """The name of the token, also after it was deleted."""
    state = models.CharField(max_length=10, choices=CheckState.choices)
    text = models.CharField(max_length=MAX_TEXT, blank=True)
    link = models.CharField(max_length=MAX_LINK, blank=True)
    posted = models.DateTimeField()

    objects = CheckResultQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "rune_digest", "name", "token"], name="one_result_a_check_of_a_token"
            )
        ]
        ordering = ["name", "posted"]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"
