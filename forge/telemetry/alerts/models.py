"""Alerts: what changed in the field, since when, on which devices. They open and close by evidence alone; people own
and snooze them."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forge.core.reasons import LONGEST_REASON
from forge.deployments.models import Deployment
from forge.telemetry.intake.models import WatchedRune
from rune.assessment.drift.alerts import DriftComparison
from rune.assessment.drift.figures import Aspect

LONGEST_TEXT = 200


class WatchAlert(models.Model):
    """A difference that chance does not explain. The numbers are those of the newest day that showed it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="watch_alerts")
    watched = models.ForeignKey(WatchedRune, on_delete=models.CASCADE, related_name="alerts")
    subject = models.CharField(max_length=4 * LONGEST_TEXT)
    """The subject in one text: a rune has at most one open alert about it."""
    comparison = models.CharField(max_length=20, choices=[(each.value, each.value) for each in DriftComparison])
    feature = models.CharField(max_length=LONGEST_TEXT)
    """`labels`, `confidence`, `run time`, or the name of a feature."""
    aspect = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Aspect])
    label = models.CharField(max_length=LONGEST_TEXT, blank=True)
    group_key = models.CharField(max_length=LONGEST_TEXT, blank=True)
    group_value = models.CharField(max_length=LONGEST_TEXT, blank=True)
    device = models.CharField(max_length=LONGEST_TEXT, blank=True)
    """The name of the device, of an alert about one."""
    value = models.FloatField()
    """The effect, in the unit of its aspect, between `low` and `high` in 95 of 100 cases."""
    low = models.FloatField()
    high = models.FloatField()
    p = models.FloatField()
    devices = models.PositiveIntegerField()
    decibels = models.FloatField(null=True, blank=True)
    """The change of the level, of an alert about one; None where the bins do not say."""
    carrier_key = models.CharField(max_length=LONGEST_TEXT, blank=True)
    """The property that the devices share which explain it, such as `batch`, and its value."""
    carrier_value = models.CharField(max_length=LONGEST_TEXT, blank=True)
    carrier_devices = models.PositiveIntegerField(default=0)
    carrier_share = models.FloatField(null=True, blank=True)
    """The part of the whole change that they make."""
    others_are_unchanged = models.BooleanField(default=False)
    since = models.DateField(null=True, blank=True)
    """The day on which it probably began; None of a difference that stands."""
    first_day = models.DateField()
    last_day = models.DateField()
    """The first and the newest day that showed it."""
    opened = models.DateTimeField()
    closed = models.DateTimeField(null=True, blank=True)
    """The time when a day did not show it any more."""
    openings = models.PositiveIntegerField(default=1)
    """How many times it opened: one that comes back soon is the same alert."""
    reopened = models.DateTimeField(null=True, blank=True)
    """The last time when it came back."""
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="watch_alerts"
    )
    """The person who looks after it, while they can read the project."""
    snoozed_until = models.DateField(null=True, blank=True)
    """The day (UTC) on which a snooze ends; None of an alert without one."""
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    snooze_reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    snooze_ended = models.DateField(null=True, blank=True)
    """The day on which the last snooze ended by itself; None of one that somebody ended."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["watched", "subject"], condition=Q(closed=None), name="one_open_watch_alert_a_subject"
            )
        ]
        indexes = [models.Index(fields=["deployment", "-opened"], name="watch_alerts_by_age")]
        ordering = ["-opened"]

    @property
    def is_snoozed(self) -> bool:
        """True until the day on which its snooze ends."""
        return self.is_snoozed_on(timezone.now().date())

    def is_snoozed_on(self, day: date) -> bool:
        """Returns whether a snooze lasts on a day (UTC)."""
        return self.snoozed_until is not None and day < self.snoozed_until

    def __str__(self) -> str:
        return self.subject
