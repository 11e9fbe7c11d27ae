"""The API's addresses of webhooks."""

from django.urls import path

from forge.webhooks import api

_HOOKS = "organisations/<str:organisation>/webhooks"
_HOOK = f"{_HOOKS}/<uuid:webhook_id>"

urlpatterns = [
    path(_HOOKS, api.Webhooks.as_view()),
    path(_HOOK, api.OneWebhook.as_view()),
    path(f"{_HOOK}/rotate", api.WebhookRotation.as_view()),
    path(f"{_HOOK}/ping", api.WebhookPing.as_view()),
    path(f"{_HOOK}/deliveries", api.WebhookDeliveries.as_view()),
    path(f"{_HOOK}/deliveries/<uuid:delivery_id>/repeat", api.DeliveryRepetition.as_view()),
]
