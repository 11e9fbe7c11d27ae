"""Reviews: who was asked to judge which build, in rounds, the verdicts, what each thread of `core` is about, and what
people suggest in them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forge.accounts.models import of_living_tokens
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.models import Thread
from forge.projects.models import Project, Version
from forge.reviews.changes.models import ChangeRequest, ChangeState, OfferRound, Resolution
from forge.reviews.checks.models import CheckResult, CheckState
from forge.reviews.rounds.models import AwaitedReview, AwaitedReviewQuerySet
from forge.reviews.rules.models import OrganisationRules
from rune.digests import DIGEST_LENGTH

__all__ = [
    "AnchoredThread",
    "AnchoredThreadQuerySet",
    "AwaitedReview",
    "AwaitedReviewQuerySet",
    "ChangeRequest",
    "ChangeState",
    "CheckResult",
    "CheckState",
    "Guest",
    "GuestLink",
    "GuestLinkQuerySet",
    "InvitedReviewer",
    "InvitedReviewerQuerySet",
    "OfferRound",
    "OrganisationRules",
    "Resolution",
    "Review",
    "ReviewQuerySet",
    "ReviewerGroup",
    "Round",
    "Suggestion",
    "SuggestionQuerySet",
    "SuggestionState",
    "Verdict",
    "VerdictChoice",
    "VerdictQuerySet",
]


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

    `build` is the one that the member looked at. A member who thinks again writes another; the earlier one stays to be
    read and is marked as replaced. One that is undone is replaced by nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="verdicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=10, choices=VerdictChoice.choices)
    comment = models.TextField(blank=True)
    kind = models.CharField(max_length=10, default="build")
    place = models.JSONField(default=dict)
    """With `kind`, what the comment is about: an anchor (`forge.reviews.threads.anchors`)."""
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


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, as seen by someone."""

    def visible_to(self, actor: Actor) -> ReviewQuerySet:
        """Reviews in the person's own organisations."""
        return self.filter(project__in=Project.objects.of_member(actor))


class Review(models.Model):
    """That somebody asked others to judge a build, and the builds that followed it. Open until it is closed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    due = models.DateField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    closed = models.DateTimeField(null=True, blank=True)
    """When it was closed: nobody is waited for any more."""
    reminded_before = models.DateTimeField(null=True, blank=True)
    """When its reviewers were reminded that it is due soon, and then that it is overdue: once each."""
    reminded_after = models.DateTimeField(null=True, blank=True)
    joining: int
    """How many people may still join it by a letter; of what `forge.reviews.rounds.access.with_joining` found."""
    judged: str | None
    """The digest of what it judges now; of what `forge.reviews.rounds.open_reviews` found, as `since`, when its newest
    round began."""
    since: datetime
    published: str | None
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
    """One build of a review; the newest is the one that is judged. `message` says what was addressed."""

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
    needed = models.PositiveSmallIntegerField()
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "position"], name="one_group_a_position")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title or f"{self.needed} of group {self.position}"


class InvitedReviewerQuerySet(models.QuerySet["InvitedReviewer"]):
    """People who were invited into reviews."""

    def open(self) -> InvitedReviewerQuerySet:
        """Those whose invitation can still be accepted."""
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


class AnchoredThreadQuerySet(models.QuerySet["AnchoredThread"]):
    """Threads, as seen by someone."""

    def visible_to(self, actor: Actor) -> AnchoredThreadQuerySet:
        """Threads of projects that the person reads, and of what their forks offer elsewhere."""
        offers = ChangeRequest.objects.offered_by(actor)
        return self.filter(Q(project__in=Project.objects.of_member(actor)) | Q(change_request__in=offers))


class AnchoredThread(models.Model):
    """A thread about a build, or about a part of it. `kind` and `place` are an anchor
    (`forge.reviews.threads.anchors`).

    One that belongs to a review goes on over its rounds; `build` and `round` are those in which it was begun.
    """

    thread = models.OneToOneField(Thread, on_delete=models.CASCADE, primary_key=True, related_name="anchored")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    review = models.ForeignKey(Review, null=True, blank=True, on_delete=models.CASCADE, related_name="threads")
    """None where it was begun on the page of a build or of a change request."""
    build = models.ForeignKey(Build, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """None where it is about a change request."""
    change_request = models.ForeignKey(
        ChangeRequest, null=True, blank=True, on_delete=models.CASCADE, related_name="threads"
    )
    round = models.PositiveIntegerField(null=True, blank=True)
    """The number of the review's round."""
    kind = models.CharField(max_length=10)
    place = models.JSONField(default=dict)

    objects = AnchoredThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(build__isnull=False, change_request__isnull=True)
                | models.Q(build__isnull=True, review__isnull=True, change_request__isnull=False),
                name="a_thread_is_about_a_build_or_a_change_request",
            )
        ]
        ordering = ["thread__created", "thread"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.about}"

    @property
    def about(self) -> Build | ChangeRequest:
        """The build on which it was begun, or the change request."""
        subject = self.build or self.change_request
        assert subject is not None  # noqa: S101 (the table's constraint)
        return subject

    def get_absolute_url(self) -> str:
        """Where it is read, also once it is resolved."""
        page = self.review.get_absolute_url() if self.review else self.about_address
        return f"{page}?threads=all#thread-{self.pk}"

    @property
    def about_address(self) -> str:
        """The page of the build on which it was begun, or of the change request."""
        if self.change_request is not None:
            return self.change_request.get_absolute_url()
        return f"{self.project.get_absolute_url()}/builds/{self.about.number}"


class SuggestionState(models.TextChoices):
    """The state of a suggestion."""

    OPEN = "open", "Open"
    APPLIED = "applied", "Applied"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Suggestions, as seen by someone."""

    def visible_to(self, actor: Actor) -> SuggestionQuerySet:
        """Suggestions in the person's own organisations."""
        return self.filter(thread__project__in=Project.objects.of_member(actor))


class Suggestion(models.Model):
    """Changes that somebody tried in a copy of a build's files and suggests, in a thread of a review."""

    thread = models.OneToOneField(AnchoredThread, on_delete=models.CASCADE, primary_key=True, related_name="suggestion")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    overrides = models.JSONField()
    """`forge.builds.previews.copies.OverrideJson`, each."""
    said = models.JSONField()
    """The same in sentences, with the words that they had when this was suggested."""
    state = models.CharField(max_length=10, choices=SuggestionState.choices, default=SuggestionState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided = models.DateTimeField(null=True, blank=True)
    version = models.ForeignKey(Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The files with the suggestion in them, as they were when it was taken."""

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["thread"]

    def __str__(self) -> str:
        return f"suggestion by {self.author or 'someone who left'}: {self.state}"


class GuestLinkQuerySet(models.QuerySet["GuestLink"]):
    """Links for guests, as seen by someone."""

    def visible_to(self, actor: Actor) -> GuestLinkQuerySet:
        """Links to reviews in the person's own organisations."""
        return self.filter(review__project__in=Project.objects.of_member(actor))

    def alive(self) -> GuestLinkQuerySet:
        """Links that were not revoked, whose time is not over and whose token has not ended."""
        return self.filter(of_living_tokens(), revoked=None, expires__gt=timezone.now())


class GuestLink(models.Model):
    """A link that shows one review to anybody who has it, without an account. Only the secret's hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="guest_links")
    title = models.CharField(max_length=80)
    """The name of the guest."""
    may_comment = models.BooleanField()
    secret_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    """It ends with their right to make one."""
    created_by_token = models.UUIDField(null=True, blank=True)
    """The id of the token that made it, with which it ends; None where a person did."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    objects = GuestLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"guest link for {self.title}"


class Guest(models.Model):
    """A browser that opened a guest link: what acts there is this, with the rights of the link."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(GuestLink, on_delete=models.CASCADE, related_name="guests")
    secret_hash = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"guest of {self.link_id}"
