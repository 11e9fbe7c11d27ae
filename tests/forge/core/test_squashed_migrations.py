"""A new installation makes its tables at once; one of any earlier time goes on from where it stands."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tests.forge.each_migration import Point, each_migration

pytestmark = pytest.mark.django_db


def _history() -> list[Point]:
    """The single migrations, in an order in which they were ever run."""
    graph = each_migration().loader.graph
    return list(dict.fromkeys(step for leaf in graph.leaf_nodes() for step in graph.forwards_plan(leaf)))


def _record(points: list[Point]) -> None:
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.all().delete()
    for point in points:
        recorder.record_applied(*point)


def _steps_of_upgrade() -> list[Point]:
    """What an upgrade would run, each squashed migration as those that it replaces."""
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [step for each, _ in plan for step in each.replaces or [(each.app_label, each.name)]]


def test_an_installation_of_any_time_runs_what_it_lacks_and_nothing_twice() -> None:
    history = _history()
    for count in range(0, len(history) + 1, 5):
        _record(history[:count])
        assert sorted(_steps_of_upgrade()) == sorted(history[count:]), count


def test_an_order_that_never_was_is_refused() -> None:
    history = _history()
    _record([point for point in history if point != ("accounts", "0001_initial")])
    with pytest.raises(InconsistentMigrationHistory):
        _steps_of_upgrade()


def test_a_new_installation_takes_few_steps() -> None:
    _record([])
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    own = [each for each, _ in plan if type(each).__module__.startswith("forge.")]
    assert {each.app_label for each in own if each.replaces} == {
        "accounts",
        "builds",
        "core",
        "projects",
        "registry",
        "reviews",
    }
