"""The documents of devices, and the runes that they are about."""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from forge.deployments.models import Deployment
from forge.fleet.models import Device
from hmrd.protocol.wanted import LONGEST_VERSION
from rune.digests import DIGEST_LENGTH
from rune.watch.layout import WatchLayout

WHOLE_DAY: Final = 24
"""Stands for the hour of a document for a day."""


class WatchedRune(models.Model):
    """A rune that a deployment served, with the bins in which it counts."""

    id = models.BigAutoField(primary_key=True)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="watched_runes")
    key = models.CharField(max_length=16)
    """`hmrd.protocol.counts.rune_key` in hexadecimal, by which documents name it."""
    rune = models.CharField(max_length=DIGEST_LENGTH)
    version = models.CharField(max_length=LONGEST_VERSION)
    """The version of the first release with these bytes."""
    layout_json: models.JSONField[Any, Any] = models.JSONField()
    """`rune.watch.layout.WatchLayout`."""
    reference: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    """The counts of the test samples, as the build wrote them; None without."""
    right = models.PositiveBigIntegerField(null=True, blank=True)
    """How many answers of the reference are right; None where the build does not say."""
    accuracy: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    """`forge.telemetry.alerts.accuracy.FieldAccuracyJson` of each period, as of the day that was judged last."""
    judged = models.DateField(null=True, blank=True)
    """The newest day that was judged for alerts."""
    judged_devices = models.PositiveIntegerField(default=0)
    """Devices that were compared with their own past on that day."""
    skipped_devices = models.PositiveIntegerField(default=0)
    """Devices that had too little of a past, or too few answers."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "key"], name="one_watched_rune_a_key")]

    def __str__(self) -> str:
        return self.version

    @cached_property
    def layout(self) -> WatchLayout:
        """The bins in which it counts. They are those of its bytes, so they never change."""
        return WatchLayout.from_json(self.layout_json)


class DeviceCounts(models.Model):
    """A document of a device: the counts of a rune on a day, or in an hour of it.

    PostgreSQL keeps each day in a partition (`forge.telemetry.intake.partitions`); SQLite has one table.
    """

    pk = models.CompositePrimaryKey("device_id", "day", "hour", "watched_id")
    # The primary key begins with the device, and an index with the rune.
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="counts", db_index=False)
    watched = models.ForeignKey(WatchedRune, on_delete=models.CASCADE, related_name="counts", db_index=False)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField(default=WHOLE_DAY)
    """0 to 23, or `WHOLE_DAY`."""
    document = models.BinaryField(max_length=256)
    """The document byte for byte, with its signature (`hmrd.protocol.counts`)."""
    received = models.DateTimeField()
    is_merged = models.BooleanField(default=False)
    """True if it is in the totals. It is written in the transaction that adds it."""

    class Meta:
        indexes = [
            models.Index(fields=["watched", "day"], name="device_counts_by_rune"),
            models.Index(fields=["received"], condition=Q(is_merged=False), name="device_counts_to_merge"),
        ]
        ordering = ["-day", "-hour"]

    def __str__(self) -> str:
        return f"{self.device_id} {self.day}"


class DevicePairs(models.Model):
    """A document of pairs of a device: the labels of a rune that answered, and of one beside it, in an hour."""

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="pairs")
    watched = models.ForeignKey(WatchedRune, on_delete=models.CASCADE, related_name="pairs")
    """The rune that answered."""
    beside = models.ForeignKey(WatchedRune, on_delete=models.CASCADE, related_name="pairs_beside")
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    """0 to 23."""
    document = models.BinaryField(max_length=256)
    """The document byte for byte, with its signature (`hmrd.protocol.pairs`)."""
    received = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "day", "hour", "watched", "beside"], name="one_document_of_pairs_a_device_and_hour"
            )
        ]
        indexes = [
            models.Index(fields=["day"], name="device_pairs_by_age"),
            models.Index(fields=["watched", "beside", "day"], name="device_pairs_by_runes"),
        ]
        ordering = ["-day", "-hour"]

    def __str__(self) -> str:
        return f"{self.device_id} {self.day} {self.hour}"
