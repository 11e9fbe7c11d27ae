"""Where every address leads. Pages come last: their first word is an organisation's name."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
