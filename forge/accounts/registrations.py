"""Periodic work of this floor: sessions and codes that are over."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings

from forge.accounts.audit.actions.export import end_old_entries
from forge.accounts.tokens.actions.device import delete_ended_codes
from forge.core.processes.periodic import PeriodicTask, RunsIn, register

DAY = 24 * 3600.0


def delete_ended_sessions() -> None:
    """Deletes the sessions that nobody can use any more."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def delete_old_entries() -> None:
    """Deletes entries of the audit log that are older than they are kept."""
    end_old_entries()


register(
    PeriodicTask(
        "audit", DAY, RunsIn.ONE_WORKER, "deletes old entries of the audit log", delete_old_entries, deletes_old=True
    )
)
register(PeriodicTask("sessions", DAY, RunsIn.ONE_WORKER, "deletes sessions that have expired", delete_ended_sessions))
register(PeriodicTask("device-codes", 3600, RunsIn.ONE_WORKER, "deletes codes of rune login", delete_ended_codes))
