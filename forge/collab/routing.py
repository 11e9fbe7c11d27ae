"""The addresses of the sockets. The server puts checks of session and origin around them."""

from __future__ import annotations

from django.urls import path

from forge.collab.consumers import CollabConsumer, EventsConsumer, UnknownAddressConsumer

websocket_urlpatterns = [
    path("ws/projects/<str:organisation>/<str:name>/collab", CollabConsumer.as_asgi()),
    path("ws/projects/<str:organisation>/<str:name>/events", EventsConsumer.as_asgi()),
    path("<path:elsewhere>", UnknownAddressConsumer.as_asgi()),
]
