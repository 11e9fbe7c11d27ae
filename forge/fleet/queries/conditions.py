"""The conditions that terms of queries put on the columns of devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Value

from forge.fleet.models import Assignment, DeviceBatch, DeviceLabel
from forge.fleet.queries import health
from forge.fleet.queries.syntax import QueryOperator
from forge.fleet.queries.values import NONE, like_pattern, read_duration


@dataclass(frozen=True)
class QueryScope:
    """The organisation whose devices are looked for, and the time that counts as now."""

    organisation: UUID
    now: datetime


class UnknownValue(ValueError):
    """A value names something that is not there."""


Condition = Callable[[QueryScope, QueryOperator, Sequence[str]], Q]
"""Returns the condition of devices that have any of some values."""


def any_of(conditions: Sequence[Q]) -> Q:
    """Returns the condition that any of one or more conditions holds."""
    return reduce(or_, conditions)


class Fits(Func):
    """The comparison of a column with a pattern of `LIKE`, where the case of A to Z does not matter in any database."""

    template = r"(%(expressions)s ESCAPE '\')"
    arg_joiner = " LIKE "
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Returns the same for PostgreSQL, whose `LIKE` compares case. In the order "C" that is fast, and as SQLite
        does."""
        return super().as_sql(compiler, connection, arg_joiner=' COLLATE "C" ILIKE ', **context)


def fits(column: str, value: str) -> Q:
    """Returns the condition that a column fits a pattern, in which `*` stands for any characters."""
    return Q(Fits(F(column), Value(like_pattern(value))))


def column_condition(column: str) -> Condition:
    """Returns the condition on a column with text."""

    def condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
        if operator is QueryOperator.FITS:
            return any_of([fits(column, value) for value in values])
        return Q(**{f"{column}__in": values})

    return condition


def choice_condition(column: str) -> Condition:
    """Returns the condition on a column in which "" stands for none."""

    def condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
        return Q(**{f"{column}__in": ["" if value == NONE else value for value in values]})

    return condition


def text_condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
    """Returns the condition of devices that have a text in their name or note."""
    texts = [f"*{value}*" for value in values]
    return any_of([fits(column, text) for text in texts for column in ("name", "note")])


def label_condition(key: str) -> Condition:
    """Returns the condition on the values of a label."""

    def condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
        labels = DeviceLabel.objects.filter(organisation=scope.organisation, key=key, device=OuterRef("pk"))
        return Q(Exists(labels.filter(column_condition("value")(scope, operator, values))))

    return condition


def time_condition(column: str) -> Condition:
    """Returns the condition on how long ago something was. What never was, is longer ago than any time."""

    def condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
        if operator is QueryOperator.EQUALS:
            return Q(**{f"{column}__isnull": True})
        since = scope.now - read_duration(values[0])
        recent = Q(**{f"{column}__isnull": False, f"{column}__gte": since})
        return recent if operator is QueryOperator.LESS else ~recent

    return condition


def number_condition(column: str) -> Condition:
    """Returns the condition on a number."""

    def condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
        lookup = {QueryOperator.LESS: "lt", QueryOperator.MORE: "gt"}.get(operator)
        if lookup:
            return Q(**{f"{column}__{lookup}": int(values[0])})
        return Q(**{f"{column}__in": [int(value) for value in values]})

    return condition


def restarts_condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
    """Returns the condition on today's restarts. The column tells of the last day that had any."""

    def at_least(times: int) -> Q:
        return health.restarted(times, scope.now) if times > 0 else Q()

    numbers = [int(value) for value in values]
    if operator is QueryOperator.MORE:
        return at_least(numbers[0] + 1)
    if operator is QueryOperator.LESS:
        return ~health.restarted(numbers[0], scope.now) if numbers[0] else Q(pk__in=[])
    return any_of([at_least(times) & ~health.restarted(times + 1, scope.now) for times in numbers])


def running_condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
    """Returns the condition on what a device runs: `1.4`, `door-knock@1.4`, or nothing."""
    return any_of(
        [
            Q(running_rune="") if value == NONE else _release("running_version", "running_deployment", operator, value)
            for value in values
        ]
    )


def wanted_condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
    """Returns the condition on what a device shall run, written as what it runs."""
    return _assigned(scope, values, lambda value: _release("version", "path", operator, value))


def deployment_condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
    """Returns the condition on the deployment that is for a device: `door-knock/gateways`."""
    return _assigned(scope, values, lambda value: fits("path", f"*/{value}"))


def batch_condition(scope: QueryScope, operator: QueryOperator, values: Sequence[str]) -> Q:
    """Returns the condition on the title of the batch with which a device joined."""
    titles = [value for value in values if value != NONE]
    conditions = [Q(batch=None)] if len(titles) < len(values) else []
    if titles:
        batches = DeviceBatch.objects.filter(organisation=scope.organisation)
        matching = batches.filter(column_condition("title")(scope, operator, titles))
        conditions.append(Q(batch__isnull=False, batch__in=matching))
    return any_of(conditions)


def _release(version: str, deployment: str, operator: QueryOperator, value: str) -> Q:
    """Returns the condition on a version, with the project, or the deployment, that the value names before `@`."""
    project, _, name = value.rpartition("@")
    condition = fits(version, name) if operator is QueryOperator.FITS else Q(**{version: name})
    if not project:
        return condition
    return condition & fits(deployment, f"*/{project}" if "/" in project else f"*/{project}/*")


def _assigned(scope: QueryScope, values: Sequence[str], condition: Callable[[str], Q]) -> Q:
    """Returns the condition that a device has one of some assignments, or none."""
    names = [value for value in values if value != NONE]
    conditions = [Q(assignment=None)] if len(names) < len(values) else []
    if names:
        assignments = Assignment.objects.filter(organisation=scope.organisation)
        matching = assignments.filter(any_of([condition(name) for name in names]))
        conditions.append(Q(assignment__isnull=False, assignment__in=matching))
    return any_of(conditions)
