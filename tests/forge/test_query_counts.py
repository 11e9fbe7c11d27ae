"""How often each list, page and route of the API asks the database: as pinned, and no more often for more data."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from tests.forge.query_counts import UNCOUNTED, WRITE, counted, problems, read_counts, routes, settle, write_counts

FEW, MANY = 2, 3
"""How much there is of each thing. The counts at `MANY` are pinned."""


@pytest.mark.proof
@pytest.mark.django_db
def test_no_address_asks_more_often_for_more_data(
    project: Project, owner: User, organisation: Organisation, browser_of: Callable[[User | None], Client]
) -> None:
    """`FORGE_WRITE_QUERY_COUNTS=1` writes the counts of today to the file, after which the diff says what changed."""
    found = []
    for size in (FEW, MANY):
        with transaction.atomic():
            found.append(counted(browser_of(owner), settle(owner, organisation, project, size)))
            transaction.set_rollback(True)
    few, many = found
    if os.environ.get(WRITE):
        write_counts(many)
    assert problems(read_counts(), few, many, routes(get_resolver())) == []


@pytest.mark.django_db
def test_each_address_asks_as_often_as_is_pinned(
    project: Project, owner: User, organisation: Organisation, browser_of: Callable[[User | None], Client]
) -> None:
    """What is pinned is proved not to grow, above: a count that differs here grew, or is to be pinned anew."""
    pinned = read_counts()
    many = counted(browser_of(owner), settle(owner, organisation, project, MANY), pinned)
    assert problems(pinned, many, many, routes(get_resolver())) == []


@pytest.mark.parametrize(
    ("pinned", "few", "many", "known", "told"),
    [
        ({"GET a": 3}, {"GET a": 3}, {"GET a": 3}, ["GET a"], ""),
        ({"GET a": 3}, {"GET a": 3}, {"GET a": 6}, ["GET a"], "one query a thing?"),
        ({"GET a": 3}, {"GET a": 4}, {"GET a": 4}, ["GET a"], "GET a: 4 queries, 3 are pinned"),
        ({"GET a": 3}, {"GET a": 2}, {"GET a": 2}, ["GET a"], "GET a: 2 queries, 3 are pinned"),
        ({}, {"GET a": 3}, {"GET a": 3}, ["GET a"], "GET a: not pinned"),
        ({"GET a": 3, "GET b": 1}, {"GET a": 3}, {"GET a": 3}, ["GET a"], "GET b: pinned, and nothing asks it"),
        ({"GET a": 3}, {"GET a": 3}, {"GET a": 3}, ["GET a", "POST a"], "POST a: not asked"),
        ({"GET a": 3}, {"GET a": 3}, {"GET a": 3}, ["GET a", "ANY b"], "ANY b: not asked"),
    ],
)
def test_the_check_tells_what_grows_what_changed_and_what_is_missing(
    pinned: dict[str, int], few: dict[str, int], many: dict[str, int], known: list[str], told: str
) -> None:
    found = problems(pinned, few, many, known)
    assert (told in found[0]) if told else (found == [])


def test_what_is_not_counted_is_there() -> None:
    known = set(routes(get_resolver()))
    there = known | {name.replace("ANY ", "GET ") for name in known}
    assert set(UNCOUNTED) <= there
