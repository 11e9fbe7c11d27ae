"""Telling a full disk from other errors, no matter what ran into it: a file, SQLite or PostgreSQL."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from django.db import OperationalError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SQLITE_FULL = "SQLITE_FULL"
_POSTGRESQL_FULL = "53100"


def is_full_disk(error: BaseException) -> bool:
    """Whether an error says, itself or in what caused it, that there is no room on a disk."""
    return any(_says_so(each) for each in _causes(error))


def _says_so(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL:
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
