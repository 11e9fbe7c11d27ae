"""The address of the socket of guests: below the one address that their cookie is sent to."""

from __future__ import annotations

from django.urls import path

from forge.reviews.guests.consumers import GuestReviewSocket

websocket_urlpatterns = [path("try/reviews/<uuid:review_id>/events", GuestReviewSocket.as_asgi())]
