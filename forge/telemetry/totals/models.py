"""The totals of a deployment by day, rune, board and group."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from forge.fleet.groups.models import DeviceGroup
from forge.telemetry.intake.models import WatchedRune
from hmrd.protocol.names import LONGEST_NAME


class DayTotal(models.Model):
    """The sum of the documents of a rune's devices on a day: of one board, and of a group or of all devices.

    A device counts in the groups that it was in when its document was merged.
    """

    id = models.BigAutoField(primary_key=True)
    watched = models.ForeignKey(WatchedRune, on_delete=models.CASCADE, related_name="totals")
    day = models.DateField()
    board = models.CharField(max_length=LONGEST_NAME)
    group = models.ForeignKey(DeviceGroup, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """The group; None for all devices of the deployment."""
    devices = models.PositiveBigIntegerField(default=0)
    """Devices that sent a document."""
    sums = models.BinaryField()
    """The sums as integers of 64 bits (`forge.telemetry.totals.sums`)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["watched", "day", "board"], condition=Q(group=None), name="one_total_of_all_devices"
            ),
            models.UniqueConstraint(
                fields=["watched", "day", "board", "group"],
                condition=Q(group__isnull=False),
                name="one_total_of_a_group",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="day_totals_by_age")]
        ordering = ["-day", "id"]

    def __str__(self) -> str:
        return f"{self.watched_id} {self.day} {self.board}"
