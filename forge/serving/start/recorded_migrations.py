"""Migrations that are recorded in the transaction of their changes.

Django runs the SQL that a migration deferred, such as the index of a new column, when its transaction ends, and then
records the migration in another transaction. A process that is killed between the two leaves tables that have the
changes and no record of them, on which the migration fails for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations import Migration


@contextmanager
def recorded_with_their_changes() -> Iterator[None]:
    """Inside, a migration runs its deferred SQL itself, so that Django records it in the same transaction."""
    original = Migration.apply

    def apply(migration: Migration, project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:
        state = original(migration, project_state, schema_editor, collect_sql)
        while not collect_sql and schema_editor.deferred_sql:
            schema_editor.execute(schema_editor.deferred_sql.pop(0))
        return state

    Migration.apply = apply  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        Migration.apply = original  # type: ignore[method-assign]
