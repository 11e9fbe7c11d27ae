"""Devices that hear a bell at the broker, and what the bell was rung for last."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from forge.fleet.devices.models import Device


class DoorbellQuerySet(models.QuerySet["Doorbell"]):
    """Doorbells, by what is to be done at the broker."""

    def to_make(self) -> DoorbellQuerySet:
        """Returns those of devices in service whose account is not made yet."""
        return self.filter(made=False, device__locked_out=None, device__retired=None)

    def to_remove(self) -> DoorbellQuerySet:
        """Returns those of devices that were locked out or retired and still have an account."""
        return self.filter(~Q(device__locked_out=None) | ~Q(device__retired=None), made=True)

    def to_ring(self) -> DoorbellQuerySet:
        """Returns those of devices of which something else is wanted than when the bell rang last."""
        is_same = Q(revision=F("device__revision")) & (
            Q(device__assignment=None) | Q(assignment_revision=F("device__assignment__revision"))
        )
        return self.filter(made=True).exclude(is_same)


class Doorbell(models.Model):
    """The bell of a device that asked for one."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="doorbell")
    made = models.BooleanField(default=False)
    """Whether the broker has the account."""
    revision = models.PositiveBigIntegerField(default=0)
    """The device's when the bell rang last."""
    assignment_revision = models.PositiveBigIntegerField(default=0)
    """That of what the device shall run."""

    objects = DoorbellQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.device_id)
