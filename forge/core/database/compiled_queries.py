"""Compiles frequent queries once: building one in Django takes ten times as long as running it.

A query is built for a placeholder key, and its SQL is cached for each kind of database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet, UUIDField
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]

_ANY = UUID("a5b1c0de-0000-4000-8000-00000a11ce11")
"""Stands for every key while the query is compiled."""
_FIELD: UUIDField[Any, Any] = UUIDField()


M = TypeVar("M", bound=Model)
Key = str | UUID


class CompiledQuery:
    """A query by one id. Its rows are tuples of values as the database returns them."""

    def __init__(self, compose: Callable[[UUID], QuerySet[Any, Any]]) -> None:
        """`compose` gives the query for an id, and names the id in no other way than as a value to compare with."""
        self._compose = compose
        # A kind of database is one, with its way of writing statements, as long as the process runs.
        self._compile_once = cache(self._compile)

    def rows(self, key: UUID) -> list[tuple[Any, ...]]:
        """The rows of the thing with this id. One query."""
        statement, parameters = self._compile_once(connection.vendor)
        hole, key_parameter = _as_parameter(_ANY), _as_parameter(key)
        with connection.cursor() as cursor:
            cursor.execute(statement, [key_parameter if each == hole else each for each in parameters])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _compile(self, vendor: str) -> tuple[str, tuple[Any, ...]]:
        statement, parameters = self._compose(_ANY).query.sql_with_params()
        if _as_parameter(_ANY) not in parameters:
            raise ValueError("the query does not ask for the id")
        return statement, tuple(parameters)


class CompiledLookup(Generic[M]):
    """A query for models by some keys, with what it selects of related ones and its annotations."""

    def __init__(self, compose: Callable[..., QuerySet[M]], *kinds: type[Key]) -> None:
        """`compose` gives the query for keys of these kinds, and names each as a value to compare with, and nothing
        else that changes: a time in it is the database's (`Now()`)."""
        self._compose = compose
        self._holes = [_hole(place, kind) for place, kind in enumerate(kinds)]
        self._compile_once = cache(self._compile)

    def first(self, *keys: Key) -> M | None:
        """The first model with these keys. `compose` limits the query to one. One query."""
        return next(iter(self.all(*keys)), None)

    def all(self, *keys: Key) -> list[M]:
        """All models with these keys. One query."""
        query = self._compile_once(connection.vendor)
        values = [_as_parameter(key) if isinstance(key, UUID) else key for key in keys]
        with connection.cursor() as cursor:
            cursor.execute(
                query.statement,
                [part if place is None else values[place] for place, part in query.parameters],
            )
            rows = cursor.fetchall()
        return [query.model_of(row) for row in rows]

    def _compile(self, _vendor: str) -> _CompiledModels[M]:
        query = self._compose(*self._holes).query
        compiler = query.get_compiler(connection=connection)
        statement, parameters = compiler.as_sql()
        if compiler.as_sql()[1] != self._compose(*self._holes).query.sql_with_params()[1]:
            raise ValueError("the query names something that changes, such as the time")
        holes = [_as_parameter(hole) if isinstance(hole, UUID) else hole for hole in self._holes]
        if not all(hole in parameters for hole in holes):
            raise ValueError("the query does not ask for all of its keys")
        return _CompiledModels(
            statement, [(holes.index(each) if each in holes else None, each) for each in parameters], compiler
        )


class _CompiledModels(Generic[M]):
    """A statement, and how its rows become models: what Django's `ModelIterable` does for each query anew."""

    def __init__(self, statement: str, parameters: Sequence[tuple[int | None, Any]], compiler: Any) -> None:
        """`parameters` are values, or the places of keys with what stands for them."""
        self.statement, self.parameters = statement, parameters
        information, select = compiler.klass_info, compiler.select
        fields = information["select_fields"]
        self._columns = slice(fields[0], fields[-1] + 1)
        self._names = [column[0].target.attname for column in select[self._columns]]
        self._model: type[M] = information["model"]
        self._related = get_related_populators(information, select, connection.alias)
        self._annotations = dict(compiler.annotation_col_map or {})
        expressions = [column[0] for column in select[: compiler.col_count]]
        self._converters = list(compiler.get_converters(expressions).items())

    def model_of(self, row: Sequence[Any]) -> M:
        values = list(row)
        for place, (converters, expression) in self._converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        model = self._model.from_db(connection.alias, self._names, values[self._columns])
        for each in self._related:
            each.populate(values, model)
        for name, place in self._annotations.items():
            setattr(model, name, values[place])
        return model


def _hole(place: int, kind: type[Key]) -> Key:
    """Stands for a key while a query is compiled."""
    return UUID(int=_ANY.int + place) if kind is UUID else f"⟨the key {place} of a compiled query⟩"


def id_of(value: UUID | str) -> UUID:
    """An id of a row, which is a text in a database that has no type for ids."""
    return UUID(value) if isinstance(value, str) else value


def _as_parameter(key: UUID) -> Any:
    return _FIELD.get_db_prep_value(key, connection)
