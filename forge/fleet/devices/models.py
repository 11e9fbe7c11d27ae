"""Devices: who they are, what they shall run, what they said last, and what happened to them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, organisations_where
from forge.core.actors import Actor
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.keys import fingerprint
from hmrd.protocol.names import LONGEST_NAME, LONGEST_VALUE
from hmrd.protocol.problems import LONGEST_DETAIL, ProblemName
from hmrd.protocol.reports import EventKind, Phase, SelfTestOutcome
from hmrd.protocol.wanted import LONGEST_VERSION, RequestKind
from rune.digests import DIGEST_LENGTH

LONGEST_NOTE = 100
_DEPLOYMENT_LENGTH = 190
_KIND_LENGTH = 20


class ClaimedWith(models.TextChoices):
    """The way in which a device joined."""

    CODE = "code", "A code"
    LABEL = "label", "Its label"
    BATCH = "batch", "A batch certificate"
    STOCK = "stock", "An account of a stock client"
    """A device with a client of another project, such as SWUpdate: it has no key, and its reports are not signed."""


class RolloutRole(models.TextChoices):
    """The part of a device in a rollout. One that has none runs the former release."""

    NEW = "new", "Runs the new release"
    SHADOW = "shadow", "Runs the new release beside the former one"
    COMPARED = "compared", "Runs the former release, and is compared with"
    KEEPS = "keeps", "Keeps the new release if it has it, and does not begin to run it"


class DeviceQuerySet(models.QuerySet["Device"]):
    """Devices, as seen by someone."""

    def visible_to(self, actor: Actor) -> DeviceQuerySet:
        """Returns the devices of organisations that the person is in."""
        return self.filter(organisation__in=organisations_where(actor, Verb.SEE_ORGANISATION))

    def in_service(self) -> DeviceQuerySet:
        """Returns the devices that were not retired."""
        return self.filter(retired=None)


class Device(models.Model):
    """A device that joined an organisation, with the last state that it reported."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=LONGEST_NAME)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    """Where it is, or what it is for: "Depot 2, gate B"."""
    public_key = models.CharField(max_length=43, null=True, blank=True)
    """The Ed25519 key of the device (`hmrd.protocol.keys`); None of a device with a stock client."""
    board = models.CharField(max_length=LONGEST_NAME)
    agent = models.CharField(max_length=LONGEST_NAME)
    """The client that it runs, with its version: `hmrd 0.1.0`."""
    trust = models.CharField(max_length=10, choices=[(each.value, each.value) for each in TrustKind])
    trusted_keys = models.JSONField(default=list, blank=True)
    """The fingerprints of the keys at home that it pinned; empty with the keys of the server."""

    claimed = models.DateTimeField()
    claimed_with = models.CharField(max_length=10, choices=ClaimedWith.choices)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The person who made its code or batch, or confirmed its label."""
    batch = models.ForeignKey(
        "fleet.DeviceBatch", null=True, blank=True, on_delete=models.SET_NULL, related_name="devices"
    )
    locked_out = models.DateTimeField(null=True, blank=True)
    """The time since when its key is refused."""
    retired = models.DateTimeField(null=True, blank=True)

    assignment = models.ForeignKey(
        "fleet.Assignment", null=True, blank=True, on_delete=models.SET_NULL, related_name="devices"
    )
    """The release that it shall run, by the group that it is in; None if no deployment is for it."""
    rollout = models.UUIDField(null=True, blank=True)
    """The last rollout that had to do with it (`Assignment.rollout`)."""
    rollout_role = models.CharField(max_length=8, choices=RolloutRole.choices, blank=True)
    """The part of the device in that rollout."""
    revision = models.PositiveBigIntegerField(default=0)
    """Rises when something is asked of this device: a request, another assignment."""

    seen = models.DateTimeField(null=True, blank=True)
    """The time of its last poll or report, written within a minute."""
    away_noticed = models.DateTimeField(null=True, blank=True)
    """The time when members got a notice that it is away; None since it was seen."""
    sequence = models.PositiveBigIntegerField(default=0)
    """The number of its last report."""
    report_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of its last report, by which the same one is known again."""
    reported = models.DateTimeField(null=True, blank=True)
    phase = models.CharField(
        max_length=_KIND_LENGTH, choices=[(each.value, each.value) for each in Phase], default=Phase.EMPTY.value
    )
    running_deployment = models.CharField(max_length=_DEPLOYMENT_LENGTH, blank=True)
    running_number = models.PositiveBigIntegerField(default=0)
    running_version = models.CharField(max_length=LONGEST_VERSION, blank=True)
    running_rune = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of what runs, or "" if nothing does."""
    other_version = models.CharField(max_length=LONGEST_VERSION, blank=True)
    other_rune = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of what its second slot has."""
    self_test = models.CharField(
        max_length=_KIND_LENGTH, choices=[(each.value, each.value) for each in SelfTestOutcome], blank=True
    )
    """The outcome of the last self-test, judged by the server where the server asked for it; "" before the first."""
    self_tested = models.DateTimeField(null=True, blank=True)
    self_test_day = models.DateField(null=True, blank=True)
    """The last day for which the server asked it for a self-test by itself."""
    problem = models.CharField(
        max_length=_KIND_LENGTH, choices=[(each.value, each.value) for each in ProblemName], blank=True
    )
    problem_detail = models.CharField(max_length=LONGEST_DETAIL, blank=True)
    shadow_rune = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The digest of what runs beside the rune that answers, or "" if nothing does."""
    shadow_version = models.CharField(max_length=LONGEST_VERSION, blank=True)
    shadow_problem = models.CharField(max_length=_KIND_LENGTH, blank=True)
    """The reason why the wanted rune does not run beside it."""
    shadow_problem_detail = models.CharField(max_length=LONGEST_DETAIL, blank=True)
    totals = models.JSONField(default=dict, blank=True)
    """`hmrd.protocol.reports.Totals` of its last report."""
    restarts = models.PositiveIntegerField(default=0)
    """Restarts of runes on the day `restarts_day`."""
    restarts_day = models.DateField(null=True, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_device_a_name"),
            models.UniqueConstraint(fields=["public_key"], name="one_device_a_key"),
        ]
        indexes = [
            models.Index(fields=["organisation", "seen"], name="devices_by_seen"),
            models.Index(fields=["organisation", "running_rune"], name="devices_by_running"),
            models.Index(fields=["organisation", "board"], name="devices_by_board"),
            models.Index(fields=["organisation", "self_test"], name="devices_by_self_test"),
            models.Index(fields=["organisation", "problem"], condition=~Q(problem=""), name="devices_with_problems"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Returns the address of its page."""
        return f"/{self.organisation.name}/devices/{self.name}"

    @property
    def subject(self) -> str:
        """The key of its audit entries."""
        return f"device:{self.pk}"

    @property
    def fingerprint(self) -> str:
        """Identifies its key for people; "" without a key."""
        return fingerprint(self.public_key) if self.public_key else ""


class DeviceLabel(models.Model):
    """A label of a device, such as `site=berlin`."""

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="labels")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    """The organisation of the device, so that one index answers a query."""
    key = models.CharField(max_length=40)
    value = models.CharField(max_length=LONGEST_VALUE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "key"], name="one_label_a_key")]
        indexes = [models.Index(fields=["organisation", "key", "value", "device"], name="devices_by_label")]
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class DeviceEntry(models.Model):
    """A line of a device's timeline: what it reported, and what people did to it."""

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=_KIND_LENGTH)
    """A kind of event that devices report (`EventKind`), or one of `PersonEntry`."""
    at = models.DateTimeField()
    """The time by the device's clock, and no later than `received`."""
    received = models.DateTimeField()
    version = models.CharField(max_length=LONGEST_VERSION, blank=True)
    rune = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=_KIND_LENGTH, blank=True)
    problem_detail = models.CharField(max_length=LONGEST_DETAIL, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The person who did it, if a person did."""

    class Meta:
        indexes = [
            models.Index(fields=["device", "-received"], name="entries_of_a_device"),
            models.Index(fields=["received"], name="entries_by_age"),
        ]
        ordering = ["-received", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class PersonEntry(models.TextChoices):
    """A line of a device's timeline that a person wrote."""

    CLAIMED = "claimed", "Claimed"
    LOCKED_OUT = "locked-out", "Locked out"
    LET_IN = "let-in", "Let in again"
    LOG = "log-requested", "Log requested"
    RESTART = "restart-requested", "Restart requested"
    SELF_TEST = "test-requested", "Self-test requested"
    KEY = "key-requested", "New key requested"
    SAMPLES_YES = "samples-yes", "Request for samples answered with yes"
    SAMPLES_NO = "samples-no", "Request for samples answered with no"
    SAMPLES_BACK = "samples-taken-back", "Samples taken back"
    CHANGED = "changed", "Name or note changed"
    LABELS = "labels-changed", "Labels changed"
    OFFERED = "offered", "Offered to another organisation"
    ACCEPTED = "offer-accepted", "Offer accepted by the other organisation"
    WITHDRAWN = "offer-ended", "Offer to another organisation ended"
    HANDED_OVER = "handed-over", "Handed over"
    RETIRED = "retired", "Retired"


DEVICE_KINDS = frozenset(EventKind)
"""The kinds of a timeline's lines that come from reports."""


class DeviceDay(models.Model):
    """The counts that a device reported on a day."""

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    """The day in UTC on which the server received it."""
    reports = models.PositiveIntegerField(default=0)
    restarts = models.PositiveIntegerField(default=0)
    traps = models.PositiveIntegerField(default=0)
    slow_runs = models.PositiveIntegerField(default=0)
    fallbacks = models.PositiveIntegerField(default=0)
    answers_dropped = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "day"], name="one_row_a_device_and_day")]
        indexes = [models.Index(fields=["day"], name="device_days_by_age")]
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.device_id} {self.day}"


class DeviceRequest(models.Model):
    """Something that a person or the server asked of a device, which answers in a report."""

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=_KIND_LENGTH, choices=[(each.value, each.value) for each in RequestKind])
    seed = models.PositiveBigIntegerField(null=True, blank=True)
    """The seed of a self-test."""
    rune = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    """The rune that a self-test is about."""
    order = models.TextField(blank=True)
    """The signed order of the key at home to do it, where the device believes such a key (`hmrd.protocol.orders`)."""
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The person who asked; None if the server asked by itself, as for the self-test of a day."""
    created = models.DateTimeField()
    answered = models.DateTimeField(null=True, blank=True)
    """The time when the device answered, or when the request expired."""
    outputs = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    problem = models.CharField(max_length=_KIND_LENGTH, blank=True)
    problem_detail = models.CharField(max_length=LONGEST_DETAIL, blank=True)
    log = models.TextField(blank=True)
    """The daemon's own lines, deleted after seven days."""

    class Meta:
        indexes = [
            models.Index(fields=["device"], condition=Q(answered=None), name="open_requests_of_a_device"),
            models.Index(fields=["created"], name="requests_by_age"),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class HandOver(models.Model):
    """An offer of a device to another organisation, until that accepts and the device has deleted what it recorded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="hand_over")
    to = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="offered_devices")
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    offered_by_token = models.UUIDField(null=True, blank=True)
    offered = models.DateTimeField()
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    accepted = models.DateTimeField(null=True, blank=True)
    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    """The name that it has in the other organisation, chosen with the acceptance."""
    trust = models.CharField(max_length=10, choices=[(each.value, each.value) for each in TrustKind], blank=True)
    """The keys that it believes in the other organisation, chosen with the acceptance."""
    order = models.TextField(blank=True)
    """The signed order of the key at home, where the device believes such a key (`hmrd.protocol.orders`)."""

    def __str__(self) -> str:
        return f"{self.device} to {self.to}"
