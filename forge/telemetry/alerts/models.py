"""Alerts: what changed in the field, since when, on which devices. They open and close by evidence alone."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

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

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["watched", "subject"], condition=Q(closed=None), name="one_open_watch_alert_a_subject"
            )
        ]
        indexes = [models.Index(fields=["deployment", "-opened"], name="watch_alerts_by_age")]
        ordering = ["-opened"]

    def __str__(self) -> str:
        return self.subject
