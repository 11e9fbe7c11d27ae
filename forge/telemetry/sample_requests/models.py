"""Requests for samples of a deployment, and what the owner of each device and people on web pages answered."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forge.datasets.models import CollectingLink, Collector, Consent
from forge.deployments.models import Deployment
from forge.fleet.models import Device
from forge.fleet.queries.syntax import LONGEST_QUERY
from forge.telemetry.intake.models import WatchedRune
from hmrd.protocol.names import LONGEST_NAME
from hmrd.protocol.samples import LONGEST_SENTENCE, AnswerKind, OfferTerms, WindowCondition
from rune.digests import DIGEST_LENGTH

LONGEST_WHAT = LONGEST_SENTENCE - 300
"""Characters of what is asked for. The name of who asks stands before it in one sentence."""
_KIND_LENGTH = 10


class SampleRequest(models.Model):
    """A request of a member for windows of devices and web pages. It is open until its link ends.

    What is sent goes through the link: recordings wait there until a member accepts them, as those of guests do.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="sample_requests")
    link = models.OneToOneField(CollectingLink, on_delete=models.CASCADE, related_name="sample_request")
    page_link = models.OneToOneField(
        CollectingLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="page_sample_request"
    )
    """The link of what web pages send; None of a request that no page is asked."""
    watched = models.ForeignKey(WatchedRune, on_delete=models.CASCADE, related_name="sample_requests")
    """The rune whose windows are asked for."""
    condition_json: models.JSONField[Any, Any] = models.JSONField()
    """`hmrd.protocol.samples.WindowCondition`."""
    what = models.CharField(max_length=LONGEST_WHAT)
    """The windows in words: `sounds that 1.5 calls "glass"`."""
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    """The query for the devices that were asked; "" for all of the deployment."""
    most = models.PositiveIntegerField()
    """Windows that each device or page may send."""
    terms_json: models.JSONField[Any, Any] = models.JSONField()
    """`hmrd.protocol.samples.OfferTerms`: the text that each owner reads, as it was when the request was made."""
    is_restricted = models.BooleanField()
    """Whether that text says that only those who manage the project hear what is sent."""
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["deployment", "-created"], name="sample_requests_by_age")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.what

    @property
    def condition(self) -> WindowCondition:
        """The windows that it is about."""
        return WindowCondition.from_json(self.condition_json)

    @property
    def terms(self) -> OfferTerms:
        """The terms that each owner reads."""
        return OfferTerms.from_json(self.terms_json)

    @property
    def is_for_pages(self) -> bool:
        """True of one that people on web pages are asked as well."""
        return self.page_link_id is not None

    @property
    def is_open(self) -> bool:
        """True until it has ended. Whether devices get it now depends on more (`access.is_active`)."""
        return self.link.expires > timezone.now()


class DeviceSampleRequest(models.Model):
    """A device whose owner is asked, and the last answer."""

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(SampleRequest, on_delete=models.CASCADE, related_name="devices")
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="sample_requests")
    """The device; None after it was deleted or went to another organisation, whose owner was not asked."""
    answer = models.CharField(
        max_length=_KIND_LENGTH, blank=True, choices=[(each.value, each.value) for each in AnswerKind]
    )
    """`hmrd.protocol.samples.AnswerKind`; "" before the owner answered."""
    number = models.PositiveBigIntegerField(default=0)
    """The number of the last answer: the device's, or the next one after an answer on its page."""
    digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of the last answer of the device, by which the same one is known again."""
    answered = models.DateTimeField(null=True, blank=True)
    consent = models.ForeignKey(Consent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The consent of the last yes."""
    collector = models.ForeignKey(Collector, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The sender of what the device sent; None before the first yes."""
    page_answer = models.CharField(
        max_length=_KIND_LENGTH, blank=True, choices=[(each.value, each.value) for each in AnswerKind]
    )
    """The answer that a member left on the page of the device; "" without one."""
    page_number = models.PositiveIntegerField(default=0)
    page_purposes = models.JSONField(default=list, blank=True)
    page_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    device_name = models.CharField(max_length=LONGEST_NAME)
    """The name of the device when it was asked."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "device"], condition=Q(device__isnull=False), name="asked_once_a_request"
            )
        ]
        indexes = [models.Index(fields=["device", "request"], name="sample_requests_of_a_device")]
        ordering = ["device_name"]

    def __str__(self) -> str:
        return f"{self.device_name} {self.answer or 'no answer'}"


class PageSampleAnswer(models.Model):
    """The yes of a person on a web page, who sent windows. A no is sent by nobody, so that no row says it.

    The page made a secret, whose hash its collector has: the same secret sends further windows, and takes all back. No
    row says which person, browser or page it was.
    """

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(SampleRequest, on_delete=models.CASCADE, related_name="page_answers")
    collector = models.OneToOneField(Collector, on_delete=models.CASCADE, related_name="page_answer")
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="+")
    purposes = models.JSONField()
    """The purposes that the person allowed, sorted."""
    answered = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["request", "answered"], name="page_answers_by_age")]
        ordering = ["answered"]

    def __str__(self) -> str:
        return f"{self.collector} {', '.join(self.purposes)}"
