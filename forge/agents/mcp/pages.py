"""Addresses of pages for people, in answers to programs."""

from __future__ import annotations

from django.conf import settings


def absolute(path: str) -> str:
    """Returns the whole address of a page of this server."""
    return f"{settings.PUBLIC_URL}{path}"
