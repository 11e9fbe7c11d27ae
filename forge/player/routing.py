"""The addresses of the ends of a pairing.

The phone's is below /player/, since the pass of a phone is sent nowhere else.
"""

from __future__ import annotations

from django.urls import path

from forge.player.consumers import PhoneConsumer, StudioConsumer

websocket_urlpatterns = [
    path("player/<str:organisation>/<str:name>/pairing", PhoneConsumer.as_asgi()),
    path("ws/projects/<str:organisation>/<str:name>/phones", StudioConsumer.as_asgi()),
]
