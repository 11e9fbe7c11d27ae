"""Links by which phones record for a project's data, and the browsers that they let in. Only hashes are kept."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.consent.models import Consent
from forge.datasets.samples.models import SampleKind
from forge.projects.models import Project


class CollectingLinkQuerySet(models.QuerySet["CollectingLink"]):
    """Links for collecting, as seen by someone."""

    def visible_to(self, actor: Actor) -> CollectingLinkQuerySet:
        """A person's own links."""
        return self.filter(created_by_id=actor.pk) if actor.is_authenticated else self.none()

    def alive(self) -> CollectingLinkQuerySet:
        """Those that a phone may open, and those that one opened, until they end."""
        now = timezone.now()
        return self.filter(Q(used=None, expires__gt=now) | Q(used__isnull=False, collectors__expires__gt=now))


class CollectingLink(models.Model):
    """A code that lets one phone of its maker record, once: what is asked for, and for how long it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="collecting_links")
    label = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10, choices=SampleKind.choices)
    milliseconds = models.PositiveIntegerField()
    """How long a sound or a motion lasts."""
    rate = models.PositiveIntegerField()
    """Of a sound, in Hz; of motion, in rows a second; 0 for pictures."""
    wanted = models.PositiveIntegerField()
    """How many recordings are asked for."""
    hint = models.CharField(max_length=200, blank=True)
    """What to do, as a sentence for whoever records."""
    days = models.PositiveIntegerField()
    """How long recordings are kept; 0: until somebody deletes them."""
    secret_hash = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=128)
    """What the maker's sessions hold of the password: another password ends the link."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    """Until when it can be opened."""
    used = models.DateTimeField(null=True, blank=True)

    objects = CollectingLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"link to record {self.label or self.kind}"


class Collector(models.Model):
    """A browser that a link let in: what records there is this."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(CollectingLink, on_delete=models.CASCADE, related_name="collectors")
    secret_hash = models.CharField(max_length=64, unique=True)
    consent = models.ForeignKey(Consent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """What its person agreed to last."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()

    kind = "phone-pass"
    """What acts with it (`forge.accounts.principals.PrincipalKind`)."""
    scopes = ("project:read", "review:write")

    @property
    def restriction(self) -> tuple[str]:
        """It records for its own project and does nothing else."""
        return (f"project:{self.link.project_id}",)

    def __str__(self) -> str:
        return f"collector of {self.link_id}"
