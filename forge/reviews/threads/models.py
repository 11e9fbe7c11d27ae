"""The subject of each thread of `core`: a build or a change request, or a part of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.models import Thread
from forge.projects.models import Project
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.rounds.models import Review, Verdict


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
    """The review of the thread; None where it was begun on the page of a build or of a change request."""
    build = models.ForeignKey(Build, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """The build of the thread; None where it is about a change request."""
    change_request = models.ForeignKey(
        ChangeRequest, null=True, blank=True, on_delete=models.CASCADE, related_name="threads"
    )
    round = models.PositiveIntegerField(null=True, blank=True)
    """The number of the review's round."""
    verdict = models.OneToOneField(Verdict, null=True, blank=True, on_delete=models.SET_NULL, related_name="thread")
    """The verdict with which its first comment was sent; None where it was sent alone."""
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
        """Returns the address at which it is read, also once it is resolved."""
        page = self.review.get_absolute_url() if self.review else self.about_address
        return f"{page}?threads=all#thread-{self.pk}"

    @property
    def about_address(self) -> str:
        """The page of the build on which it was begun, or of the change request."""
        if self.change_request is not None:
            return self.change_request.get_absolute_url()
        return f"{self.project.get_absolute_url()}/builds/{self.about.number}"
