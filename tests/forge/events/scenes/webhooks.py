"""Scenes of webhooks."""

from __future__ import annotations

from forge.accounts.principals import INSTALLATION
from forge.webhooks import actions as webhooks
from tests.forge.events.scenarios import Act, EventWorld, scene


@scene(webhooks.stop_webhook)
def a_webhook_took_nothing_for_days(world: EventWorld) -> Act:
    webhook, _ = webhooks.create_webhook(world.owner, world.organisation, "https://example.com/hook", ["build"])
    return lambda: webhooks.stop_webhook(INSTALLATION, webhook, "It answered 500.")


@scene(webhooks.ping)
def a_webhook_gets_a_test_message(world: EventWorld) -> Act:
    webhook, _ = webhooks.create_webhook(world.owner, world.organisation, "https://example.com/hook", ["build"])
    return lambda: webhooks.ping(world.owner, webhook)


@scene(webhooks.repeat)
def a_message_is_sent_again(world: EventWorld) -> Act:
    webhook, _ = webhooks.create_webhook(world.owner, world.organisation, "https://example.com/hook", ["build"])
    delivery = webhooks.ping(world.owner, webhook)
    return lambda: webhooks.repeat(world.owner, webhook, delivery.pk)
