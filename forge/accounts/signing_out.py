"""Signing out also closes the sockets that were opened with the session."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from forge.accounts.actions import end_connections
from forge.accounts.models import User


@receiver(user_logged_out)
def on_signing_out(sender: Any, user: User | None, **_: Any) -> None:
    if user is not None:
        end_connections(user)
