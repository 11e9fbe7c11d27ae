"""Links by which phones record for a project's data, the browsers that they let in, and what guests sent. Only hashes
of secrets are stored."""

from __future__ import annotations

import uuid
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.consent_terms import DEFAULT_PURPOSES
from forge.datasets.models.consents import Consent
from forge.datasets.models.samples import Sample, SampleKind, SampleQuality
from forge.projects.models import Project
from rune.datasets.content.row_rate import RowInterval, interval_of_rate
from rune.datasets.label_names import WORD_LIMIT
from rune.digests import DIGEST_LENGTH


def usual_purposes() -> list[str]:
    """Returns the purposes that a link asks for unless its maker chooses otherwise."""
    return sorted(DEFAULT_PURPOSES)


class CollectingAudience(models.TextChoices):
    """The people who record with a link."""

    OWN = "own", "A phone of my own"
    GUESTS = "guests", "People outside, with a link"
    DEVICES = "devices", "Owners of devices that run a rune"
    """Owners are asked through their devices (`forge.telemetry.sample_requests`). No browser opens such a link."""
    PAGES = "pages", "People on web pages that run a rune"
    """People are asked on pages of the deployment's origins, for the same request. No browser opens such a link."""


_PSEUDONYMS: Final = {CollectingAudience.DEVICES.value: "Device", CollectingAudience.PAGES.value: "Page"}
"""The first word of the pseudonym of who sends for a link; "Guest" for others."""


class CollectingLinkQuerySet(models.QuerySet["CollectingLink"]):
    """Links for collecting, as seen by someone."""

    def visible_to(self, actor: Actor) -> CollectingLinkQuerySet:
        """A person's own links, and those for people outside in projects that the person may read."""
        if not actor.is_authenticated:
            return self.none()
        for_guests = Q(audience=CollectingAudience.GUESTS, project__in=Project.objects.of_member(actor))
        return self.filter(Q(created_by_id=actor.pk) | for_guests)

    def alive(self) -> CollectingLinkQuerySet:
        """Returns the links that a phone may open, and those that one opened, until they end."""
        now = timezone.now()
        collectors = Collector.objects.filter(link=OuterRef("pk"), expires__gt=now)
        return self.filter(Q(used=None, expires__gt=now) | Q(Exists(collectors)))


class CollectingLink(models.Model):
    """A link that lets phones record: one of its maker's, once, or those of people outside, with a code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="collecting_links")
    audience = models.CharField(max_length=10, choices=CollectingAudience.choices, default=CollectingAudience.OWN)
    title = models.CharField(max_length=80, blank=True)
    """The name of the guest; "" for a phone of its creator."""
    code_hash = models.CharField(max_length=64, blank=True)
    """The hash of the code that people outside type; "" for a phone of its maker."""
    label = models.CharField(max_length=WORD_LIMIT, blank=True)
    kind = models.CharField(max_length=10, choices=SampleKind.choices)
    milliseconds = models.PositiveIntegerField()
    """How long a sound or a motion lasts."""
    rate = models.PositiveIntegerField()
    """The rate of a sound, in Hz; of motion, in rows a second; 0 for pictures."""
    wanted = models.PositiveIntegerField()
    """How many recordings are asked for."""
    hint = models.CharField(max_length=200, blank=True)
    """The instruction, as a sentence for the person who records."""
    days = models.PositiveIntegerField()
    """How long recordings are kept; 0: until somebody deletes them."""
    purposes = models.JSONField(default=usual_purposes)
    """The purposes that it asks for (`forge.datasets.consent_terms.Purpose`)."""
    tabs = models.JSONField(default=list)
    """The labels that the phone shows as tabs, with a button to hold; empty: one label, after a countdown."""
    is_of_things = models.BooleanField(default=False)
    """Whether things are recorded, not people: the terms do not ask for people, and the recordings are of nobody."""
    secret_hash = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=128, blank=True)
    """A hash of the creator's password state: another password ends the link. "" for people outside."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    """The time until which it can be opened."""
    used = models.DateTimeField(null=True, blank=True)

    objects = CollectingLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"link to record {self.label or self.kind}"

    @property
    def is_for_guests(self) -> bool:
        """Whether the link is for people outside."""
        return self.audience == CollectingAudience.GUESTS

    @property
    def is_for_devices(self) -> bool:
        """Whether devices send for it, whose owners agreed."""
        return self.audience == CollectingAudience.DEVICES

    @property
    def is_for_pages(self) -> bool:
        """Whether web pages send for it, whose persons agreed there."""
        return self.audience == CollectingAudience.PAGES

    @property
    def row_interval(self) -> RowInterval | None:
        """How far apart the rows of its motion are; None for a link that records something else."""
        return interval_of_rate(self.rate) if self.kind == SampleKind.MOTION and self.rate else None


class Collector(models.Model):
    """A browser that a link let in, or a device or a web page whose person agreed: what records there is this."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(CollectingLink, on_delete=models.CASCADE, related_name="collectors")
    secret_hash = models.CharField(max_length=64, unique=True)
    consent = models.ForeignKey(Consent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The person's latest consent."""
    digits = models.CharField(max_length=4, blank=True)
    """Random, chosen as the phone was let in: phone and computer show them, so a person sees which phone it is."""
    browser = models.CharField(max_length=40, blank=True)
    """The name of the phone's browser, for its person; samples do not have it."""
    number = models.PositiveIntegerField(default=0)
    """The number of a guest, a device or a page of the project; 0 for a phone of the link's maker."""
    receipt_hash = models.CharField(max_length=64, blank=True)
    """The hash of the secret in the receipt link of a guest."""
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()

    kind = "phone-pass"
    """The kind of actor (`forge.accounts.principals.PrincipalKind`)."""
    scopes = ("project:read", "review:write")

    @property
    def restriction(self) -> tuple[str]:
        """The key of the link's project: the pass records for that and does nothing else."""
        return (f"project:{self.link.project_id}",)

    def __str__(self) -> str:
        return self.pseudonym or f"collector of {self.link_id}"

    @property
    def pseudonym(self) -> str:
        """The pseudonym of a guest, a device or a page; "" for a phone of the link's creator."""
        kind = _PSEUDONYMS.get(self.link.audience, "Guest")
        return f"{kind} {self.number}" if self.number else ""


class SubmissionState(models.TextChoices):
    """The state of a guest's recording."""

    WAITING = "waiting", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    DELETED = "deleted", "Deleted"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Recordings of guests, as seen by someone."""

    def visible_to(self, actor: Actor) -> SubmissionQuerySet:
        """Returns the submissions of projects that the person may read."""
        return self.filter(collector__link__project__in=Project.objects.of_member(actor))

    def waiting(self) -> SubmissionQuerySet:
        """Returns the submissions that nobody accepted or refused, whose consent is in force."""
        in_force = Q(consent__ends=None) | Q(consent__ends__gt=timezone.now())
        return self.filter(in_force, state=SubmissionState.WAITING, consent__withdrawn=None)


class Submission(models.Model):
    """A recording that a guest, a device or a web page sent. It is no sample before a member accepts it,
    and the row outlives its bytes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collector = models.ForeignKey(Collector, on_delete=models.CASCADE, related_name="submissions")
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=SubmissionState.choices, default=SubmissionState.WAITING)
    kind = models.CharField(max_length=10, choices=SampleKind.choices)
    media_type = models.CharField(max_length=20)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    size = models.BigIntegerField()
    milliseconds = models.PositiveIntegerField(default=0)
    drawing = models.JSONField(default=dict)
    """The data for drawing it on a page; empty once the bytes are deleted."""
    quality = models.CharField(max_length=10, choices=SampleQuality.choices)
    label = models.CharField(max_length=WORD_LIMIT, blank=True)
    device = models.CharField(max_length=WORD_LIMIT, blank=True)
    sample = models.ForeignKey(Sample, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The sample that was created from it, once it was accepted."""
    created = models.DateTimeField(default=timezone.now)
    erased = models.DateTimeField(null=True, blank=True)
    """The time when its bytes were gone from the disk, where it was refused or deleted."""

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collector", "digest"], name="one_submission_a_digest")]
        indexes = [models.Index(fields=["state", "created"], name="submissions_by_state")]
        ordering = ["created"]

    def __str__(self) -> str:
        return f"{self.label or self.kind} of {self.collector}"
