"""The hooks of devices: groups follow them, and what a floor above signed goes to them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from forge.accounts.models import Organisation
from forge.core.hooks import Hook

devices_changed: Hook[[Organisation, Collection[UUID]], None] = Hook()
"""Chooses anew what devices shall run, by their ids. It is called in the transaction in which they joined or were
retired, or in which their names, boards or labels changed."""

first_root: Hook[[Organisation], str | None] = Hook()
"""Returns the digest of the first root document that devices of an organisation accept; None before one was signed."""
