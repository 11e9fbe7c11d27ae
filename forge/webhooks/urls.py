"""The API's addresses of webhooks."""

from forge.accounts.place import ORGANISATION
from forge.core.api.acts import act_paths, acts_in
from forge.webhooks import actions, api
from forge.webhooks.place import WEBHOOK

urlpatterns = [
    *act_paths(
        acts_in(actions),
        {
            f"{ORGANISATION.route}webhooks": api.Webhooks,
            WEBHOOK.route.removesuffix("/"): api.OneWebhook,
            f"{WEBHOOK.route}deliveries": api.WebhookDeliveries,
        },
    ),
]
