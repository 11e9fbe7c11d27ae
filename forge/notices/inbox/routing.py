"""The address of the socket of the inbox."""

from __future__ import annotations

from django.urls import path

from forge.notices.inbox.consumers import InboxSocket

websocket_urlpatterns = [path("ws/inbox", InboxSocket.as_asgi())]
