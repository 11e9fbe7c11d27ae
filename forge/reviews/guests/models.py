"""Links that show one review to people without an account."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.accounts.models import of_living_tokens
from forge.core.actors import Actor
from forge.projects.models import Project
from forge.reviews.rounds.models import Review


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
    """The person who made the link, which ends with their right to make one."""
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
