"""Groups of devices, which are saved queries, and what the devices of a group shall run."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, organisations_where
from forge.core.actors import Actor
from forge.fleet.queries.syntax import LONGEST_QUERY
from hmrd.protocol.names import LONGEST_NAME
from hmrd.protocol.wanted import LONGEST_VERSION, Telemetry
from rune.digests import DIGEST_LENGTH


class GroupKind(models.TextChoices):
    """The use of a saved query."""

    GROUP = "group", "Group"
    """A query for labels, names, boards and batches alone, so that a deployment can be for its devices."""
    SEARCH = "search", "Saved search"


class DeviceGroupQuerySet(models.QuerySet["DeviceGroup"]):
    """Groups, as seen by someone."""

    def visible_to(self, actor: Actor) -> DeviceGroupQuerySet:
        """Returns the groups of organisations that the person is in."""
        return self.filter(organisation__in=organisations_where(actor, Verb.SEE_ORGANISATION))


class DeviceGroup(models.Model):
    """A saved query over the devices of an organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="device_groups")
    name = models.CharField(max_length=LONGEST_NAME)
    """The last word of its address; it follows from the first title and stays."""
    title = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=GroupKind.choices)
    query = models.CharField(max_length=LONGEST_QUERY)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="parts")
    """The group below which pages list it."""
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField()

    objects = DeviceGroupQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_device_group_a_name")]
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Assignment(models.Model):
    """The release that the devices of a group shall run. The deployment that is bound to the group writes it.

    It has all that a poll answers, so that a poll reads no table of deployments.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="assignments")
    group = models.OneToOneField(DeviceGroup, on_delete=models.RESTRICT, related_name="assignment")
    deployment = models.UUIDField(unique=True)
    """The id of the deployment, which is on a higher floor."""
    title = models.CharField(max_length=120)
    """How pages call the deployment: `door-knock / Gateways`."""
    path = models.CharField(max_length=190)
    """`acme/door-knock/gateways`."""
    number = models.PositiveBigIntegerField()
    """The number of the release that it serves."""
    version = models.CharField(max_length=LONGEST_VERSION)
    rune = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the rune, or "" while its version was withdrawn: devices then keep what they run."""
    size = models.BigIntegerField()
    order = models.TextField(blank=True)
    """The order for this release that a key at home signed, or ""."""
    key_orders = models.JSONField(default=list, blank=True)
    """The newest orders that change whom or what the devices believe: their keys, or their deployment."""
    telemetry = models.CharField(
        max_length=4, choices=[(each.value, each.value) for each in Telemetry], default=Telemetry.OFF.value
    )
    """The counts that its devices send."""
    rollout = models.UUIDField(null=True, blank=True)
    """The rollout that decides which devices get the release `rollout_number`; None if all get it. Rollouts are on a
    higher floor."""
    rollout_number = models.PositiveBigIntegerField(default=0)
    """The number of the release that the rollout brings; all devices get a later one."""
    is_rolling_out = models.BooleanField(default=False)
    """Whether the rollout is under way: no other release is chosen until it ends, and the devices that it tries send
    the counts of each hour."""
    former_number = models.PositiveBigIntegerField(default=0)
    """The release of devices that the rollout does not allow the new one, as the fields without `former_`."""
    former_version = models.CharField(max_length=LONGEST_VERSION, blank=True)
    former_rune = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    former_size = models.BigIntegerField(default=0)
    former_order = models.TextField(blank=True)
    revision = models.PositiveBigIntegerField(default=1)
    """Rises with each change."""
    bound = models.DateTimeField(default=timezone.now, editable=False)
    """The time when the deployment was bound to the group: where two groups have a device, the earlier one decides."""
    changed = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.path} {self.version}"
