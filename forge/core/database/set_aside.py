"""Databases that a restore replaced, and that are kept until somebody deletes them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connection

PREFIX = "replaced_"
"""How their names begin: of a folder of the data folder, and of a schema in PostgreSQL."""


def has_set_aside() -> bool:
    """Returns whether there is one. Its stored files have no rows in the present database."""
    if connection.vendor != "postgresql":
        return any(Path(settings.DATA_DIR).glob(f"{PREFIX}*"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_namespace WHERE starts_with(nspname, %s))", [PREFIX])
        return bool(cursor.fetchone()[0])
