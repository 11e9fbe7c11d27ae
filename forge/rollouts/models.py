"""Rollouts, their stages, the devices that were drawn for each, the looks at guards, and what people decided."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from forge.deployments.models import Deployment, Release
from forge.fleet.models import Device
from forge.rollouts.machine import ENDED, RolloutState, StopReason
from forge.rollouts.plan import RolloutPlan

LONGEST_REASON = 500
_STATE_LENGTH = 12
_REASON_LENGTH = 20


class Rollout(models.Model):
    """The way of a release to the devices of a deployment's group."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="rollouts")
    number = models.PositiveIntegerField()
    """The last word of its address: it counts up in a deployment."""
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="+")
    """The release that the devices get."""
    former = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="+")
    """The release that they had before."""
    group = models.CharField(max_length=60)
    """The title of the group when it began."""
    state = models.CharField(max_length=_STATE_LENGTH, choices=[(each.value, each.value) for each in RolloutState])
    changed = models.DateTimeField()
    """The time since when it is in this state."""
    plan_json: models.JSONField[Any, Any] = models.JSONField()
    """`forge.rollouts.plan.RolloutPlan`."""
    stop_reason = models.CharField(
        max_length=_REASON_LENGTH, choices=[(each.value, each.value) for each in StopReason], blank=True
    )
    """The reason why it stopped by itself last, or ""."""
    is_waived = models.BooleanField(default=False)
    """True if people let the present stage go on without guards that could not be judged."""
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    started = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deployment", "number"], name="one_rollout_a_number"),
            models.UniqueConstraint(
                fields=["deployment"],
                condition=~Q(state__in=sorted(each.value for each in ENDED)),
                name="one_rollout_at_a_time",
            ),
        ]
        ordering = ["-started"]

    def __str__(self) -> str:
        return f"{self.release.version} to {self.group}"

    def get_absolute_url(self) -> str:
        """Returns the address of its page."""
        return f"{self.deployment.get_absolute_url()}/rollouts/{self.number}"

    @property
    def plan(self) -> RolloutPlan:
        """The stages, guards and windows of the rollout."""
        return RolloutPlan.from_json(self.plan_json)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more follows from it by itself."""
        return self.state in ENDED


class RolloutStage(models.Model):
    """A stage that began."""

    id = models.BigAutoField(primary_key=True)
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="stages")
    number = models.PositiveSmallIntegerField()
    """The place in the plan, from 0."""
    began = models.DateTimeField()
    settled = models.DateTimeField(null=True, blank=True)
    """The time since when its devices run the release; the hours of the stage count from then."""
    passed = models.DateTimeField(null=True, blank=True)
    """The time at which its guards had passed; None before, and since a device fell back."""
    failed_when_passed = models.PositiveIntegerField(default=0)
    """Devices that had failed when it passed: with more, it is open again."""
    looked = models.DateTimeField(null=True, blank=True)
    """The time of the last look at its guards."""
    waived = models.JSONField(default=list)
    """The kinds of the guards that failed and about which people decided: they stop the stage no more."""
    devices_when_passed = models.PositiveIntegerField(null=True, blank=True)
    """Devices that it had when it passed, which those of a shadow leave afterwards; None before."""
    disagreement: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    """The pairs of labels at the newest look, as `forge.rollouts.label_pairs` writes them; None but of a shadow."""
    decided_failures = models.PositiveIntegerField(default=0)
    """Devices whose self-test had failed when people decided about it: one more stops the rollout again."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rollout", "number"], name="one_stage_a_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"stage {self.number}"


class RolloutDevice(models.Model):
    """A device that was drawn for a stage, or to be compared with."""

    id = models.BigAutoField(primary_key=True)
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="devices")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="rollouts")
    stage = models.PositiveSmallIntegerField(null=True, blank=True)
    """The number of its stage; None of one that is compared with."""
    place = models.PositiveIntegerField()
    """The place in the draw."""
    admitted = models.DateTimeField(null=True, blank=True)
    """The time when it was allowed the release."""
    ran = models.DateTimeField(null=True, blank=True)
    """The time when it first said that it runs it."""
    restarts_before = models.PositiveBigIntegerField(null=True, blank=True)
    """The restarts of its runes that it had reported when its stage began."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rollout", "device"], name="one_place_in_a_rollout")]
        indexes = [models.Index(fields=["rollout", "stage", "place"], name="devices_of_a_stage")]
        ordering = ["place"]

    def __str__(self) -> str:
        return f"{self.device_id} in stage {self.stage}"


class GuardReading(models.Model):
    """A look at the guards of a stage."""

    id = models.BigAutoField(primary_key=True)
    stage = models.ForeignKey(RolloutStage, on_delete=models.CASCADE, related_name="readings")
    hour = models.PositiveIntegerField()
    """Hours since the devices of the stage ran the release."""
    at = models.DateTimeField()
    results: models.JSONField[Any, Any] = models.JSONField()
    """The results, as `forge.rollouts.readings` writes them."""
    failed = models.JSONField(default=list)
    """The kinds of the guards that failed."""
    judged = models.JSONField(default=list)
    """The kinds of the guards that had a verdict."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "hour"], name="one_look_an_hour")]
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"hour {self.hour}"


class DecisionKind(models.TextChoices):
    """A decision of a person about a rollout."""

    START = "start", "Started"
    PAUSE = "pause", "Paused"
    RESUME = "resume", "Resumed"
    GO_ON = "go-on", "Go on"
    GO_BACK = "go-back", "Go back"
    ABORT = "abort", "Ended"


class RolloutDecision(models.Model):
    """A decision of a person. Several may be needed to go on."""

    id = models.BigAutoField(primary_key=True)
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=10, choices=DecisionKind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"
