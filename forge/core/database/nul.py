"""Refuses texts with a NUL, which PostgreSQL cannot store, on every database: an installation can change to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import DataError
from django.db.backends.base.base import BaseDatabaseWrapper

from forge.core.errors import NulInText

_UNTRANSLATABLE = "22P05"
"""PostgreSQL's code for JSON with a character that its texts cannot have."""


def refuse_nul_on(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Refuses NULs in all statements of a connection, for the signal `connection_created`, which comes again when it
    is made anew."""
    if refuse_nul not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_nul)


def refuse_nul(execute: Callable[..., Any], statement: str, parameters: Any, many: bool, context: Any) -> Any:
    """A wrapper of Django's for statements. Raises `NulInText` for a parameter that is such a text, and where
    PostgreSQL finds one in JSON."""
    if parameters and any(map(_has_nul, parameters if many else (parameters,))):
        raise NulInText()
    try:
        return execute(statement, parameters, many, context)
    except DataError as error:
        if getattr(error.__cause__, "sqlstate", None) == _UNTRANSLATABLE:
            raise NulInText() from error
        raise


def _has_nul(parameters: Any) -> bool:
    values: Iterable[Any] = parameters.values() if isinstance(parameters, dict) else parameters
    return any(isinstance(value, str) and "\0" in value for value in values)
