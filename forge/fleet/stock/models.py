"""Accounts of devices with update clients of other projects, and what such a device was offered."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from forge.fleet.devices.models import Device
from hmrd.protocol.problems import LONGEST_DETAIL
from hmrd.protocol.wanted import LONGEST_VERSION
from rune.digests import DIGEST_LENGTH

LONGEST_CONTROLLER = 64
LONGEST_IMAGE_NAME = 100
_HASH_LENGTH = 64


class StockAccount(models.Model):
    """The account of a device with a stock client: a token, which is shown once and whose hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="stock_account")
    token_hash = models.CharField(max_length=_HASH_LENGTH, unique=True)
    hint = models.CharField(max_length=4)
    """Its first characters, by which people recognise it."""
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by_token = models.UUIDField(null=True, blank=True)
    created = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    controller = models.CharField(max_length=LONGEST_CONTROLLER, blank=True)
    """The id with which the client asked first, and from then on the only one; "" until then."""
    attributes = models.JSONField(default=dict, blank=True)
    """The configuration that the client told about itself."""
    configured = models.DateTimeField(null=True, blank=True)
    """The time when it told that; None until then."""

    def __str__(self) -> str:
        return f"{self.hint}…"


class ActionState(models.TextChoices):
    """The course of an action."""

    OFFERED = "offered", "Offered"
    STARTED = "started", "Started"
    """The client read what to install."""
    CANCELLING = "cancelling", "Being cancelled"
    """Something else is wanted now, and the client has not heard it."""
    CANCELLED = "cancelled", "Cancelled"
    SUCCEEDED = "succeeded", "Installed"
    FAILED = "failed", "Failed"


OPEN_STATES = (ActionState.OFFERED, ActionState.STARTED, ActionState.CANCELLING)


class StockAction(models.Model):
    """A release that a stock client was offered, under a number of its own."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(StockAccount, on_delete=models.CASCADE, related_name="actions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=ActionState.choices, default=ActionState.OFFERED)
    deployment = models.UUIDField()
    path = models.CharField(max_length=190)
    release = models.PositiveBigIntegerField()
    version = models.CharField(max_length=LONGEST_VERSION)
    rune = models.CharField(max_length=DIGEST_LENGTH)
    image = models.CharField(max_length=DIGEST_LENGTH)
    """The digest of the image."""
    detail = models.CharField(max_length=LONGEST_DETAIL, blank=True)
    """The last message of the client."""
    created = models.DateTimeField()
    closed = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="one_stock_action_a_number")]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.version}"

    @property
    def is_open(self) -> bool:
        """Whether the client may still install it."""
        return self.state in OPEN_STATES
