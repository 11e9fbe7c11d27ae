"""Telling a full disk from other errors, no matter what ran into it: a file, SQLite or PostgreSQL."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from django.db import OperationalError

from forge.core.errors import DiskFull
from rune.no_room import is_out_of_room

_SQLITE_FULL = "SQLITE_FULL"
_POSTGRESQL_FULL = "53100"


def is_full_disk(error: BaseException) -> bool:
    """Returns whether an error says, itself or in what caused it, that there is no room on a disk, or none for such a
    file."""
    return has_no_room(error) or any(isinstance(each, OSError) and each.errno == errno.EFBIG for each in _causes(error))


def has_no_room(error: BaseException) -> bool:
    """Returns whether an error says, itself or in what caused it, that a disk is full: the same works when there is
    room."""
    return any(_is_full_disk_error(each) for each in _causes(error))


def _is_full_disk_error(error: BaseException) -> bool:
    if isinstance(error, DiskFull) or is_out_of_room(error):
        return True
    # Django's error wraps that of the driver, which has a code.
    if getattr(error, "sqlite_errorname", None) == _SQLITE_FULL or getattr(error, "sqlstate", None) == _POSTGRESQL_FULL:
        return True
    return isinstance(error, OperationalError) and "disk is full" in str(error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen_ids: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen_ids:
        seen_ids.add(id(following))
        yield following
        following = following.__cause__ or following.__context__
