"""The address of the socket of an organisation's jobs."""

from __future__ import annotations

from django.urls import path

from forge.jobs.lists.consumers import JobsSocket

websocket_urlpatterns = [path("ws/organisations/<str:organisation>/jobs", JobsSocket.as_asgi())]
