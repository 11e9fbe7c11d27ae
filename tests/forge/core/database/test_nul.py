"""A text with a NUL is refused by name on each database, however it arrives: PostgreSQL cannot store it, and an
installation can change to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DataError, connection
from django.test import Client

from forge.core.database.nul import refuse_nul, refuse_nul_on
from forge.core.errors import NulInText
from forge.projects.models import Project
from tests.support.forge.factories.preconditions import etag_form

pytestmark = pytest.mark.django_db


@pytest.mark.protects("operation/nul-characters")
def test_a_form_with_a_nul_is_refused_and_nothing_is_stored(owner: Any, browser_of: Any, project: Project) -> None:
    path = f"/{project.organisation.name}/-/settings"
    fields = etag_form(path, name=project.organisation.name, title="Kestrel\0")
    answer = browser_of(owner).post(path, fields)
    assert answer.status_code == 400
    assert NulInText.DETAIL in answer.content.decode()
    project.organisation.refresh_from_db()
    assert "\0" not in project.organisation.title


@pytest.mark.protects("operation/nul-characters")
@pytest.mark.parametrize(
    "path", ["/api/v1/projects?q=%00", "/api/v1/projects/kestrel/%00", "/%00/%00", "/search?q=a%00"]
)
def test_an_address_with_a_nul_has_an_answer(client: Client, path: str) -> None:
    assert client.get(path).status_code in (200, 400, 404)


def test_no_statement_has_a_text_with_a_nul() -> None:
    with connection.cursor() as cursor:
        with pytest.raises(NulInText):
            cursor.execute("SELECT %s", ["a\0"])
        with pytest.raises(NulInText):
            cursor.executemany("SELECT %s", [["a"], ["\0"]])


def test_bytes_and_names_of_parameters_may_have_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %(text)s, %(data)s", {"text": "a", "data": b"\0"})
        assert [bytes(cursor.fetchone()[1])] == [b"\0"]
        with pytest.raises(NulInText):
            cursor.execute("SELECT %(text)s", {"text": "\0"})


def test_a_connection_that_is_made_anew_has_one_wrapper() -> None:
    refuse_nul_on(connection)
    assert connection.execute_wrappers.count(refuse_nul) == 1


class _Untranslatable(Exception):
    sqlstate = "22P05"


class _OutOfRange(Exception):
    sqlstate = "22003"


def raising(cause: Exception) -> Callable[..., Any]:
    def execute(*arguments: Any) -> Any:
        raise DataError("refused") from cause

    return execute


def test_what_postgresql_refuses_in_json_has_the_same_name_and_other_values_have_not() -> None:
    with pytest.raises(NulInText):
        refuse_nul(raising(_Untranslatable()), "", None, False, {})
    with pytest.raises(DataError):
        refuse_nul(raising(_OutOfRange()), "", None, False, {})
