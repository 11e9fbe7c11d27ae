"""The outputs of approved runes for generated inputs, with which the outputs of devices are compared."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from forge.accounts.models import Organisation
from rune.digests import DIGEST_LENGTH


class SelfTest(models.Model):
    """The outputs of a rune for the inputs of a seed, computed by a worker of this server."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    rune = models.CharField(max_length=DIGEST_LENGTH)
    seed = models.PositiveBigIntegerField()
    outputs = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of the outputs, or "" while it is not computed, and where nothing can be compared."""
    reason = models.CharField(max_length=200, blank=True)
    """The reason for which nothing can be compared: "the host runs this model"."""
    day = models.DateField(null=True, blank=True)
    """The day on which devices are asked for it by themselves; None of one that a person asked for."""
    is_announced = models.BooleanField(default=False)
    """Whether its seed and outputs go to devices, which compare their own before they switch to the rune. No device is
    asked for it, since each could repeat what it got."""
    created = models.DateTimeField()
    computed = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "rune", "seed"], name="one_self_test_a_seed"),
            models.UniqueConstraint(fields=["organisation", "rune", "day"], name="one_self_test_a_day"),
            models.UniqueConstraint(
                fields=["organisation", "rune"], condition=Q(is_announced=True), name="one_announced_self_test_a_rune"
            ),
        ]
        indexes = [models.Index(fields=["created"], name="self_tests_by_age")]

    def __str__(self) -> str:
        return f"{self.rune} {self.seed}"
