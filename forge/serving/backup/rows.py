"""Rows of tables as lines of JSON, the same for every database, and back.

The tables are those of a moment in the history of migrations, so that a database is read as it is before an upgrade,
and one of an older version is restored as it was and then upgraded.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import BinaryField, DateTimeField, Field, JSONField, Model, QuerySet, Value
from django.db.models.sql import InsertQuery

from forge.serving.backup.errors import DamagedBackup

BATCH = 500
"""Rows that are held in memory at once."""

Point = tuple[str, str]
"""A migration: the app's label and the migration's name."""


def applied_points() -> list[Point]:
    """The last migrations of each app that are applied to the database."""
    loader = MigrationLoader(connection)
    applied_migrations = {point for point in loader.applied_migrations if point in loader.graph.nodes}
    return sorted(
        point
        for point in applied_migrations
        if not any(
            child in applied_migrations and child[0] == point[0] for child in loader.graph.node_map[point].children
        )
    )


def tables_at(points: Sequence[Point]) -> Apps:
    """The models as they are at these migrations."""
    apps: Apps = MigrationExecutor(connection).loader.project_state(list(points)).apps
    return apps


def models_of(apps: Apps) -> list[type[Model]]:
    """Every model that has a table, with those of many-to-many relations, by name."""
    models = apps.get_models(include_auto_created=True)
    return sorted((each for each in models if each._meta.managed and not each._meta.proxy), key=table_name)


def table_name(model: type[Model]) -> str:
    """Returns the name of a model's table in a backup."""
    return model._meta.label_lower


def lines_of(rows: QuerySet[Model]) -> Iterator[bytes]:
    """Each row as a line."""
    fields = rows.model._meta.concrete_fields
    names = [field.attname for field in fields]
    for values in rows.order_by("pk").values_list(*names).iterator(chunk_size=BATCH):
        pairs = zip(fields, values, strict=True)
        row = {field.attname: _to_json(_plain(field), value) for field, value in pairs}
        # In ASCII: half a character, which a JSON column can have, is no UTF-8.
        yield json.dumps(row, separators=(",", ":")).encode("ascii") + b"\n"


def load_lines(model: type[Model], lines: Iterable[bytes]) -> int:
    """Inserts rows as they were: no default, time of now or signal touches them. Answers how many.

    Raises `DamagedBackup` for lines that are no rows of this table.
    """
    fields = model._meta.concrete_fields
    # A statement has a limited number of parameters.
    most = min(BATCH, connection.ops.bulk_batch_size(fields, [None] * BATCH))
    count, left = 0, iter(lines)
    while batch := [_object(model, fields, line) for line in islice(left, most)]:
        query: Any = InsertQuery(model)
        query.insert_values(fields, batch, raw=True)
        query.get_compiler(connection=connection).execute_sql()
        count += len(batch)
    return count


def number_on(models: Sequence[type[Model]]) -> None:
    """Lets each table go on counting after its last row."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)


def _object(model: type[Model], fields: Sequence[Field[Any, Any]], line: bytes) -> Model:
    try:
        row = json.loads(line)
        return model(**{field.attname: _from_json(_plain(field), row[field.attname]) for field in fields})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedBackup(f"A row of the table {table_name(model)} cannot be read: {error!r}.") from error


def _plain(field: Field[Any, Any]) -> Field[Any, Any]:
    """The field that says how a value looks: that of a foreign key is the key that it refers to."""
    while field.remote_field is not None:
        field = field.target_field  # type: ignore[attr-defined]
    return field


def _to_json(field: Field[Any, Any], value: Any) -> Any:
    if value is None or isinstance(field, JSONField):
        return value
    if isinstance(field, BinaryField):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(field, DateTimeField):
        return value.isoformat()
    return value if isinstance(value, bool | int | float | str) else str(value)


def _from_json(field: Field[Any, Any], value: Any) -> Any:
    if isinstance(field, JSONField):
        # None is the database's NULL, except where the column has none.
        return Value(None, JSONField()) if value is None and not field.null else value
    if isinstance(field, BinaryField) and value is not None:
        return base64.b64decode(value, validate=True)
    return field.to_python(value)
