"""The journal of a database on PostgreSQL: each committed change of what devices may run, written by triggers.

A trigger can be held, so that a test kills a server in the middle of a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import Connection

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "deployments_release": ("id", "deployment_id", "number", "rune"),
    "rollouts_rollout": ("id", "deployment_id", "release_id", "former_id", "state", "plan_json"),
    "rollouts_rolloutstage": ("rollout_id", "number", "passed"),
    "rollouts_rolloutdevice": ("rollout_id", "device_id", "stage", "admitted"),
    "rollouts_rolloutdecision": ("rollout_id", "kind"),
    "fleet_device": ("id", "rollout", "rollout_role"),
}
"""The columns of each table that are written down."""
_CONDITIONS: Final[Mapping[str, str]] = {
    "fleet_device": "WHEN (OLD.rollout_role IS DISTINCT FROM NEW.rollout_role OR OLD.rollout IS DISTINCT FROM "
    "NEW.rollout)",
}
"""The changes of a table that are written down, where others come with each report."""
_FUNCTION: Final = """
CREATE TABLE journal (number bigserial PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), place text,
    act text, row jsonb);
CREATE FUNCTION write_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext(TG_TABLE_NAME || ' ' || TG_OP));
    INSERT INTO journal (place, act, row) SELECT TG_TABLE_NAME, TG_OP, jsonb_object_agg(each.key, each.value)
        FROM jsonb_each(to_jsonb(NEW)) AS each WHERE each.key = ANY(TG_ARGV);
    RETURN NULL;
END $$;
"""


@dataclass(frozen=True)
class JournalEntry:
    """A row as a committed transaction wrote it."""

    place: str
    """The table."""
    act: str
    """INSERT or UPDATE."""
    row: Mapping[str, Any]


@dataclass(frozen=True)
class JournalTransaction:
    """The rows that a transaction wrote, in their order."""

    committed: float
    """Seconds since 1970."""
    entries: tuple[JournalEntry, ...]


class DatabaseJournal:
    """The journal of one database. It has commit timestamps if `keep_commit_times` was called before the server
    started."""

    def __init__(self, address: str) -> None:
        self._address = address

    def begin(self) -> None:
        """Writes down what is there, and each change from now on."""
        with self._connection() as connection:
            connection.execute(_FUNCTION)
            for table, fields in _FIELDS.items():
                names = ", ".join(f"'{each}'" for each in fields)
                connection.execute(
                    f"INSERT INTO journal (place, act, row) SELECT '{table}', 'INSERT', (SELECT "
                    f"jsonb_object_agg(each.key, each.value) FROM jsonb_each(to_jsonb(t)) AS each "
                    f"WHERE each.key = ANY(ARRAY[{names}])) FROM {table} AS t"
                )
                acts = "UPDATE" if table in _CONDITIONS else "INSERT OR UPDATE"
                connection.execute(
                    f"CREATE TRIGGER write_journal AFTER {acts} ON {table} FOR EACH ROW "
                    f"{_CONDITIONS.get(table, '')} EXECUTE FUNCTION write_journal({names})"
                )

    def transactions(self) -> Sequence[JournalTransaction]:
        """Returns what was committed until now, in the order in which it was."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT xid::text, extract(epoch FROM pg_xact_commit_timestamp(xid::xid))::float8, place, act, row "
                "FROM journal ORDER BY 2, xid, number"
            ).fetchall()
        entries: dict[tuple[str, float], list[JournalEntry]] = {}
        for xid, committed, place, act, row in rows:
            entries.setdefault((xid, committed), []).append(JournalEntry(place, act, row))
        return [JournalTransaction(committed, tuple(each)) for (_, committed), each in entries.items()]

    @contextmanager
    def locked(self, place: str, act: str) -> Iterator[LockedPlace]:
        """Has each transaction that writes to a table wait in the middle, until the block ends."""
        with self._connection() as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [f"{place} {act}"])
            yield LockedPlace(connection)

    def one(self, statement: str, *values: object) -> Any:
        """Returns the first column of the first row of a query."""
        with self._connection() as connection:
            row = connection.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def change(self, statement: str, *values: object) -> None:
        """Changes rows."""
        with self._connection() as connection:
            connection.execute(statement, values)

    def _connection(self) -> Connection[Any]:
        return psycopg.connect(self._address, autocommit=True)


@dataclass(frozen=True)
class LockedPlace:
    """A table at which transactions wait."""

    connection: Connection[Any]

    @property
    def has_waiting(self) -> bool:
        """Whether a transaction is in its middle and waits."""
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        row = self.connection.execute(query).fetchone()
        return row is not None and row[0] > 0


def keep_commit_times(address: str) -> None:
    """Has a server of PostgreSQL note when each transaction was committed, from its next start on."""
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
