"""Telling a database that is away from other errors of its driver."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError, connection

_SHUTDOWN = ("57P01", "57P02", "57P03")
"""The server ends, crashed, or starts."""
_CONNECTION = "08"
"""The class of what a connection can suffer."""


def is_database_away(error: BaseException) -> bool:
    """Returns whether an error says that PostgreSQL cannot be reached; a file of SQLite is always there."""
    if connection.vendor != "postgresql" or not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    # An error without a state is the client's own: no connection, or one that broke.
    return state is None or state in _SHUTDOWN or state.startswith(_CONNECTION)
