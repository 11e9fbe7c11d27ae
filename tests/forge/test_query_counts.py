"""The number of queries of each list, page and route of the API is as pinned, and no larger for more data."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from tests.forge.query_counts import (
    UNCOUNTED,
    WRITE,
    counted,
    key,
    problems,
    read_counts,
    requests,
    routes,
    write_counts,
)
from tests.support.cases import each_case
from tests.support.forge.addresses.settled import settle
from tests.support.shares import share_of

FEW, MANY = 2, 3
"""How much there is of each thing. The counts at `MANY` are pinned."""


@pytest.fixture(autouse=True)
def _patient_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stops the clocks: on a busy machine requests take minutes, after which a session's use is written again and
    builds have waited too long, and a count must follow from the data alone."""
    monkeypatch.setattr("forge.serving.monitoring.readiness.MAX_WAIT_WITHOUT_WORKER", timedelta(days=1))
    monkeypatch.setattr("forge.accounts.sign_in.sessions.time", SimpleNamespace(monotonic=lambda: 0.0))


@pytest.mark.proof
@pytest.mark.django_db
def test_no_address_asks_more_often_for_more_data(
    project: Project, owner: User, organisation: Organisation, browser_of: Callable[[User | None], Client]
) -> None:
    """`FORGE_WRITE_QUERY_COUNTS=1` writes the counts of today to the file, after which the diff says what changed."""
    counts = []
    for size in (FEW, MANY):
        with transaction.atomic():
            counts.append(counted(browser_of(owner), settle(owner, organisation, project, size)))
            transaction.set_rollback(True)
    few, many = counts
    if os.environ.get(WRITE):
        write_counts(many)
    assert problems(read_counts(), few, many, routes(get_resolver())) == []


@pytest.mark.slow
@pytest.mark.django_db
def test_a_share_of_the_addresses_asks_as_often_as_is_pinned(
    project: Project, owner: User, organisation: Organisation, browser_of: Callable[[User | None], Client]
) -> None:
    """Pinned counts are proved not to grow, above, for all: a count that differs here grew, or is to be pinned anew."""
    pins = read_counts()
    share = {name: pins[name] for name in share_of(pins, 12)}
    many = counted(browser_of(owner), settle(owner, organisation, project, MANY), share, share)
    assert problems(share, many, many, ()) == []


def test_each_address_is_pinned_and_has_a_request() -> None:
    without_counting = {key(method, route): 0 for method, route, _, _ in requests()}
    assert problems(dict.fromkeys(read_counts(), 0), without_counting, without_counting, routes(get_resolver())) == []


@each_case(
    ("pins", "few", "many", "names", "message"),
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
    pins: dict[str, int], few: dict[str, int], many: dict[str, int], names: list[str], message: str
) -> None:
    lines = problems(pins, few, many, names)
    assert (message in lines[0]) if message else (lines == [])


def test_what_is_not_counted_is_there() -> None:
    names = set(routes(get_resolver()))
    there = names | {name.replace("ANY ", "GET ") for name in names}
    assert set(UNCOUNTED) <= there
