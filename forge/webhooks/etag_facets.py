"""The facets of a webhook that can change between reading it and changing it."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.webhooks.models import Webhook


def webhook_facets(webhook: Webhook) -> tuple[Facet, ...]:
    """Returns its address, its events, whether it is on, and which secret it signs with."""
    state = "Somebody switched the webhook on." if webhook.stopped is None else "The webhook was switched off."
    return (
        Facet("settings", [webhook.url, sorted(webhook.topics)], "The webhook's address or topics changed."),
        Facet("on", webhook.stopped is None, state),
        Facet("secret", webhook.generation, "The webhook has another secret."),
    )
