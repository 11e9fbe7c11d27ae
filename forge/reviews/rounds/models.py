"""Reviews that were asked for while their build was still being made."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.accounts.models import of_living_tokens
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.jobs.models import JobState
from forge.projects.models import Project


class AwaitedReviewQuerySet(models.QuerySet["AwaitedReview"]):
    """Awaited reviews, as seen by someone."""

    def visible_to(self, actor: Actor) -> AwaitedReviewQuerySet:
        """Those of builds in projects that the person reads."""
        return self.filter(build__project__in=Project.objects.of_member(actor))

    def pending(self) -> AwaitedReviewQuerySet:
        """Those that are asked for if their build succeeds, also if somebody retries it first."""
        return self.filter(of_living_tokens()).exclude(build__job__state=JobState.SUCCEEDED)


class AwaitedReview(models.Model):
    """A requested review of an unfinished build: it becomes a review, or a round of one, when the build succeeds.

    One that cannot be asked then keeps the reason, for the person who asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="awaited_reviews")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    request = models.JSONField()
    """`forge.reviews.rounds.actions.awaited.RequestJson`."""
    created_by_token = models.UUIDField(null=True, blank=True)
    """The id of the token that asked, with which it ends; None where a person did."""
    refusal = models.TextField(blank=True)
    """Why it was not asked; empty while it waits."""
    created = models.DateTimeField(auto_now_add=True)

    objects = AwaitedReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["build", "requested_by"], name="one_awaited_review_a_build_and_person")
        ]
        ordering = ["created"]

    def __str__(self) -> str:
        return f"{self.title} of build {self.build_id}"

    @property
    def title(self) -> str:
        """The subject of the review in words; of one that continues a review, its number."""
        number = self.request["review"]
        return f"A new round of review {number}" if number else str(self.request["title"])
