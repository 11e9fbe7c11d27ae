"""The addresses of webhooks."""

from __future__ import annotations

from forge.accounts.models import Organisation, User
from forge.webhooks.actions import create_webhook, ping
from tests.support.forge.addresses.table import ORGANISATION, OWN, PAGE_OWN, SENT_OWN, Case

_HOOKS = "api/v1/organisations/<str:organisation>/webhooks"
_HOOK = f"{_HOOKS}/<uuid:webhook_id>"
_HOOK_PAGE = "<str:organisation>/-/settings/webhooks/<uuid:webhook>"
_NEW_HOOK = {"url": "https://example.com/hook", "topics": ["build"]}

CASES: list[Case] = [
    ("get", _HOOKS, f"{ORGANISATION}/webhooks", None, OWN),
    ("get", _HOOK, "WEBHOOK", None, OWN),
    ("get", f"{_HOOK}/deliveries", "WEBHOOK/deliveries", None, OWN),
    ("get", "<str:organisation>/-/settings/webhooks", "acme/-/settings/webhooks", None, PAGE_OWN),
    ("form", "<str:organisation>/-/settings/webhooks", "acme/-/settings/webhooks", _NEW_HOOK, PAGE_OWN),
    ("get", _HOOK_PAGE, "WEBHOOK_PAGE", None, PAGE_OWN),
    ("form", f"{_HOOK_PAGE}/do", "WEBHOOK_PAGE/do", {"do": "ping"}, SENT_OWN),
    ("form", f"{_HOOK_PAGE}/deliveries/<uuid:delivery>/repeat", "DELIVERY_PAGE", {}, SENT_OWN),
]


def webhook_addresses(owner: User, organisation: Organisation) -> dict[str, str]:
    """The values of the addresses of a webhook that has a delivery."""
    webhook, _ = create_webhook(owner, organisation, "https://example.com/hook", ["review"])
    delivery = ping(owner, webhook)
    hook, page = f"{ORGANISATION}/webhooks/{webhook.pk}", f"acme/-/settings/webhooks/{webhook.pk}"
    return {
        "WEBHOOK": hook,
        "WEBHOOK/deliveries": f"{hook}/deliveries",
        "WEBHOOK/rotate": f"{hook}/rotate",
        "WEBHOOK/ping": f"{hook}/ping",
        "DELIVERY/repeat": f"{hook}/deliveries/{delivery.pk}/repeat",
        "WEBHOOK_PAGE": page,
        "WEBHOOK_PAGE/do": f"{page}/do",
        "DELIVERY_PAGE": f"{page}/deliveries/{delivery.pk}/repeat",
    }
