"""The credentials with which a device joins an organisation: codes, labels that a member entered, and
certificates of batches."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, organisations_where
from forge.core.actors import Actor
from forge.fleet.devices.models import LONGEST_NOTE, Device
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.names import LONGEST_NAME

_TRUST = [(each.value, each.value) for each in TrustKind]
_HASH_LENGTH = 64
LONGEST_BATCH_TITLE = 60


class ClaimCodeQuerySet(models.QuerySet["ClaimCode"]):
    """Codes, as seen by someone."""

    def visible_to(self, actor: Actor) -> ClaimCodeQuerySet:
        """Returns the codes of organisations for which the person claims devices."""
        return self.filter(organisation__in=organisations_where(actor, Verb.CLAIM_DEVICES))


class ClaimCode(models.Model):
    """A code that lets one device join within a day. It is shown once, and its hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="claim_codes")
    code_hash = models.CharField(max_length=_HASH_LENGTH, unique=True)
    hint = models.CharField(max_length=3)
    """The first characters of the code, by which people recognise it."""
    labels = models.JSONField(default=dict, blank=True)
    """The labels that the device gets."""
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    trust = models.CharField(max_length=10, choices=_TRUST)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by_token = models.UUIDField(null=True, blank=True)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    device = models.OneToOneField(Device, null=True, blank=True, on_delete=models.SET_NULL, related_name="claim_code")
    """The device that used it."""
    used = models.DateTimeField(null=True, blank=True)

    objects = ClaimCodeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["expires"], name="claim_codes_by_end")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.hint}…"


class DeviceCandidateQuerySet(models.QuerySet["DeviceCandidate"]):
    """Candidates, as seen by someone."""

    def visible_to(self, actor: Actor) -> DeviceCandidateQuerySet:
        """Returns the candidates of organisations for which the person claims devices."""
        return self.filter(organisation__in=organisations_where(actor, Verb.CLAIM_DEVICES))


class DeviceCandidate(models.Model):
    """A device whose label a member entered. It joins when it asked with the label's secret and a member confirms it.
    The row ends with that."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="candidates")
    label = models.CharField(max_length=16)
    """The id on the label."""
    secret = models.CharField(max_length=32)
    """The secret on the label, with which the device proves that it has the label. It lets nobody else do anything."""
    labels = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    trust = models.CharField(max_length=10, choices=_TRUST)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by_token = models.UUIDField(null=True, blank=True)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    public_key = models.CharField(max_length=43, blank=True)
    """The key of the device that asked; "" until one did."""
    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    report = models.JSONField(default=dict, blank=True)
    """The first report of the device."""
    requested = models.DateTimeField(null=True, blank=True)

    objects = DeviceCandidateQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "label"], name="one_candidate_a_label")]
        indexes = [models.Index(fields=["expires"], name="candidates_by_end")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.label


class DeviceBatchQuerySet(models.QuerySet["DeviceBatch"]):
    """Batches, as seen by someone."""

    def visible_to(self, actor: Actor) -> DeviceBatchQuerySet:
        """Returns the batches of organisations for which the person claims devices."""
        return self.filter(organisation__in=organisations_where(actor, Verb.CLAIM_DEVICES))


class DeviceBatch(models.Model):
    """A certificate with which a number of devices join until a date, for a production line."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="batches")
    title = models.CharField(max_length=LONGEST_BATCH_TITLE)
    secret_hash = models.CharField(max_length=_HASH_LENGTH)
    limit = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    """The number of devices that joined, counted in the transaction that makes each."""
    labels = models.JSONField(default=dict, blank=True)
    trust = models.CharField(max_length=10, choices=_TRUST)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by_token = models.UUIDField(null=True, blank=True)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    objects = DeviceBatchQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(used__lte=F("limit")), name="a_batch_within_its_limit")]
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.title
