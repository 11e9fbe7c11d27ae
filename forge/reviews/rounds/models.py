"""Reviews of builds in rounds, their reviewers and verdicts, and those that wait for an unfinished build."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.accounts.models import of_living_tokens
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.jobs.models import JobState
from forge.projects.models import Project
from rune.digests import DIGEST_LENGTH


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, as seen by someone."""

    def visible_to(self, actor: Actor) -> ReviewQuerySet:
        """Reviews in the person's own organisations."""
        return self.filter(project__in=Project.objects.of_member(actor))


class Review(models.Model):
    """A request to judge a build and the builds that followed it. Open until it is closed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    due = models.DateField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    closed = models.DateTimeField(null=True, blank=True)
    """The time when it was closed: no answer is awaited any more."""
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reminded_before = models.DateTimeField(null=True, blank=True)
    """The times when its reviewers were reminded that it is due soon, and then that it is overdue: once each."""
    reminded_after = models.DateTimeField(null=True, blank=True)
    joining: int
    """How many people may still join it by a letter; of what `forge.reviews.rounds.access.with_joining` found."""
    rune_digest: str | None
    """The digest of what it judges now; of what `forge.reviews.rounds.open_reviews` found, as `since`, when its newest
    round began."""
    since: datetime
    published_version: str | None
    """The version under which what it judges is published; of what `forge.reviews.rounds.access.with_published`
    found."""

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_review_a_number")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"review {self.number}"

    @property
    def subject(self) -> str:
        """The key of its discussion and of its audit entries."""
        return f"review:{self.pk}"

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}/reviews/{self.number}"


class Round(models.Model):
    """A build of a review; the newest is the one that is judged. `message` is the summary of the changes."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="rounds")
    message = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="one_round_a_number"),
            models.UniqueConstraint(fields=["review", "build"], name="one_round_a_build"),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"round {self.number}"


class ReviewerGroup(models.Model):
    """People of whom so many must approve: one person, any two of several, or nobody who must but may."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="groups")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=60, blank=True)
    required_approvals = models.PositiveSmallIntegerField()
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "position"], name="one_group_a_position")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title or f"{self.required_approvals} of group {self.position}"


class InvitedReviewerQuerySet(models.QuerySet["InvitedReviewer"]):
    """People who were invited into reviews."""

    def open(self) -> InvitedReviewerQuerySet:
        """Returns the invitations that can still be accepted."""
        return self.filter(invitation__used=None, invitation__revoked=None, invitation__expires__gt=timezone.now())


class InvitedReviewer(models.Model):
    """Somebody without an account here whose review is asked for: who accepts the invitation becomes a reviewer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="invited")
    invitation = models.OneToOneField("accounts.Invitation", on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254)
    created = models.DateTimeField(auto_now_add=True)

    objects = InvitedReviewerQuerySet.as_manager()

    class Meta:
        ordering = ["created", "email"]

    def __str__(self) -> str:
        return f"{self.email}, invited to review {self.review_id}"


class VerdictChoice(models.TextChoices):
    """A member's verdict on a build."""

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
    """A member's verdict on a rune: on its bytes, whichever build of the project made them, and of no others.

    `build` is the one that the member looked at. A comment that was sent with it began a thread. A member who thinks
    again writes another; the earlier one stays to be read and is marked as replaced. One that is undone is replaced by
    nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="verdicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=10, choices=VerdictChoice.choices)
    rune_digest = models.CharField(max_length=DIGEST_LENGTH)
    confirmed = models.BooleanField(default=False)
    """Whether the member had just proved with a passkey or a password who they are."""
    replaced = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "rune_digest", "user"],
                condition=models.Q(replaced=False),
                name="one_standing_verdict_a_rune_of_a_member",
            )
        ]
        ordering = ["created"]

    def __str__(self) -> str:
        return self.verdict


class AwaitedReviewQuerySet(models.QuerySet["AwaitedReview"]):
    """Awaited reviews, as seen by someone."""

    def visible_to(self, actor: Actor) -> AwaitedReviewQuerySet:
        """Returns the requests for builds in projects that the person reads."""
        return self.filter(build__project__in=Project.objects.of_member(actor))

    def pending(self) -> AwaitedReviewQuerySet:
        """Returns the requests that are sent if their build succeeds, also if a person retries it first."""
        return self.filter(of_living_tokens()).exclude(build__job__state=JobState.SUCCEEDED)


class AwaitedReview(models.Model):
    """A requested review of an unfinished build: it becomes a review, or a round of one, when the build succeeds.

    One that cannot be asked then keeps the reason, for the person who asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="awaited_reviews")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    request = models.JSONField()
    """`forge.reviews.reviewing.actions.awaited.RequestJson`."""
    created_by_token = models.UUIDField(null=True, blank=True)
    """The id of the token that asked, with which it ends; None where a person did."""
    refusal = models.TextField(blank=True)
    """The reason why it was not requested; empty while it waits."""
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
