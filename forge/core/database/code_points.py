"""Comparing text by code points in every database, for lists that are paged by a name.

A database compares in its own collation otherwise: PostgreSQL in a natural language's, where `B` comes after `a` and
`1-0` beside `10`, SQLite by bytes. Where one half of a page's work is done by another order, rows get lost.
"""

from __future__ import annotations

from django.db import connection
from django.db.models.functions import Collate

_COLLATIONS = {"postgresql": "C", "sqlite": "BINARY"}
"""The collation of bytes, which for UTF-8 is that of code points."""


def by_code_point(field: str) -> Collate:
    """A field of text for `annotate`, by which rows can be filtered and ordered."""
    return Collate(field, _COLLATIONS[connection.vendor])
