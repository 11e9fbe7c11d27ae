"""Errors of webhooks."""

from __future__ import annotations

from forge.core.errors import Conflict, Invalid


class BadWebhookAddress(Invalid):
    """Nothing is sent to such an address."""

    title = "The address cannot be used"


class TooManyWebhooks(Conflict):
    """The organisation has as many as it may."""

    title = "Too many webhooks"
