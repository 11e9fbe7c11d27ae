"""A full disk is distinguished from other errors, no matter what ran into it, and also where it only was the cause."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
from django.db import OperationalError

from forge.core.api.problems import problem_response
from forge.core.database.full_disk import is_full_disk


def _wrapped(error: Exception) -> Exception:
    try:
        try:
            raise error
        except type(error) as cause:
            raise OperationalError("it failed") from cause
    except OperationalError as outer:
        return outer


def _full_sqlite(folder: Path) -> Exception:
    connection = sqlite3.connect(folder / "small.sqlite3")
    connection.execute("PRAGMA max_page_count = 2")
    try:
        connection.execute("CREATE TABLE t (data BLOB)")
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError("it fitted")


class _PostgresFull(Exception):
    """The error that psycopg raises: with the code of PostgreSQL's `disk_full`."""

    sqlstate = "53100"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_file_that_does_not_fit_is_known(number: int) -> None:
    assert is_full_disk(OSError(number, "full"))
    assert is_full_disk(_wrapped(OSError(number, "full")))


def test_a_database_that_cannot_grow_is_known(tmp_path: Path) -> None:
    assert is_full_disk(_wrapped(_full_sqlite(tmp_path)))
    assert is_full_disk(_wrapped(_PostgresFull()))


@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), OperationalError("locked"), ValueError("full disk")])
def test_other_errors_are_not(error: Exception) -> None:
    assert not is_full_disk(error)


def test_the_api_answers_507_whatever_the_view_ran_into() -> None:
    answer = problem_response(OSError(errno.ENOSPC, "full"), {})
    assert answer is not None
    assert (answer.status_code, answer.data["title"]) == (507, "The server's disk is full")
