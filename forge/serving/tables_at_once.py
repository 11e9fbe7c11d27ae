"""The tables of an empty database, made at once as all migrations together leave them.

Django renders the models anew after each operation of a migration, which takes a first start ten times as long as the
tables themselves. A database that has tables is migrated step by step, since its rows must come along.
"""

from __future__ import annotations

from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import IndexOperation, ModelOperation

_OF_THE_STATE = (ModelOperation, FieldOperation, IndexOperation)
"""Operations whose whole effect on an empty database is in the models that they lead to."""
_OF_THEIR_OWN = (RunPython, RunSQL)
"""Operations that run after the tables are there, unless they are marked `elidable`: those only change earlier rows."""


def make_tables_at_once(connection: BaseDatabaseWrapper) -> bool:
    """Makes the tables and records the migrations in one transaction.

    Returns False, and does nothing, where the database has a table or a migration must have its turn.
    """
    if connection.introspection.table_names():
        return False
    executor = MigrationExecutor(connection)
    targets = executor.loader.graph.leaf_nodes()
    plan = [migration for migration, _ in executor.migration_plan(targets)]
    if not all(can_be_left_out(migration) for migration in plan):
        return False
    state = executor.loader.project_state(targets)
    with connection.schema_editor() as editor:
        editor.create_model(executor.recorder.Migration)
        for model in state.apps.get_models():
            if model._meta.can_migrate(connection) and router.allow_migrate_model(connection.alias, model):
                editor.create_model(model)
        for migration in plan:
            for operation in migration.operations:
                if isinstance(operation, _OF_THEIR_OWN) and not operation.elidable:
                    operation.database_forwards(migration.app_label, editor, state, state)
            executor.record_migration(migration)
    return True


def can_be_left_out(migration: Migration) -> bool:
    """Returns whether an empty database is the same without the steps of a migration, as long as its own operations
    run."""
    is_known = all(isinstance(operation, (*_OF_THE_STATE, *_OF_THEIR_OWN)) for operation in migration.operations)
    return is_known and migration.atomic
