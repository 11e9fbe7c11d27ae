"""The fields of queries over devices, each declared once: the language, completion and the page of reference follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, Q

from forge.fleet.models import Device, DeviceGroup, GroupKind
from forge.fleet.queries import conditions, values
from forge.fleet.queries.conditions import Condition, QueryScope, UnknownValue, column_condition
from forge.fleet.queries.counted_values import (
    ValueSource,
    assignment_values,
    batch_titles,
    column_values,
    fixed_values,
    group_names,
    label_values,
    running_versions,
)
from forge.fleet.queries.states import STATES
from forge.fleet.queries.syntax import (
    LABEL_PREFIX,
    STATE_FIELD,
    TEXT_FIELD,
    DeviceQuery,
    QueryOperator,
    QueryTerm,
    parse,
)
from forge.fleet.queries.values import NEVER, NONE, ValueCheck, any_text, choices_of
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.names import LABEL_KEY
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.reports import Phase, SelfTestOutcome

_EQUALS, _LESS, _MORE, _FITS, _IS = tuple(QueryOperator)
_TEXT: Final[Mapping[QueryOperator, ValueCheck]] = {_EQUALS: any_text, _FITS: values.pattern}
_NUMBER: Final[Mapping[QueryOperator, ValueCheck]] = dict.fromkeys((_EQUALS, _LESS, _MORE), values.number)
_TIME: Final[Mapping[QueryOperator, ValueCheck]] = dict.fromkeys((_LESS, _MORE), values.duration)
SINGLE: Final = frozenset({_LESS, _MORE})
"""The operators that compare with one value."""


@dataclass(frozen=True)
class QueryField:
    """A field: what it is, which operators and values it takes, how it finds devices, and what completion offers."""

    name: str
    description: str
    example: str
    operators: Mapping[QueryOperator, ValueCheck]
    condition: Condition
    source: ValueSource
    is_lasting: bool = False
    """Whether devices keep the value until a person changes it, so that a deployment can be for a group by it."""


def _state_condition(scope: QueryScope, operator: QueryOperator, names: Sequence[str]) -> Q:
    return conditions.any_of([STATES[name].condition(scope.now) for name in names])


def _group_condition(scope: QueryScope, operator: QueryOperator, names: Sequence[str]) -> Q:
    """Returns the condition of devices in any of some groups, or in none. Raises `UnknownValue`."""
    groups = DeviceGroup.objects.filter(organisation=scope.organisation, kind=GroupKind.GROUP)
    by_name = {name: condition_of(parse(query), scope) for name, query in groups.values_list("name", "query")}
    if unknown := [name for name in names if name != NONE and name not in by_name]:
        raise UnknownValue(f"There is no group {unknown[0]}.")
    conditions_of_groups = [by_name[name] for name in names if name != NONE]
    return conditions.any_of([*conditions_of_groups, *([_in_none(by_name.values(), scope)] if NONE in names else [])])


def _in_none(groups: Iterable[Q], scope: QueryScope) -> Q:
    """Returns the condition of devices in none of some groups. A subquery for each, since PostgreSQL joins with it,
    where it would ask each device for each label that stands in a condition with "or"."""
    condition = Q()
    for group in groups:
        members = Device.objects.filter(group, organisation=scope.organisation)
        condition &= ~Q(Exists(members.filter(pk=OuterRef("pk"))))
    return condition


def _choice(column: str, *names: str) -> tuple[Mapping[QueryOperator, ValueCheck], Condition, ValueSource]:
    """Returns the operators, the condition and the completion of a column with fixed values."""
    return {_EQUALS: values.one_of(*names)}, conditions.choice_condition(column), fixed_values(*names)


FIELDS: Final[Mapping[str, QueryField]] = {
    each.name: each
    for each in (
        QueryField(
            "name", "Its name.", "name~hall*", _TEXT, column_condition("name"), column_values("name"), is_lasting=True
        ),
        QueryField("note", "Its note.", 'note~"depot 2*"', _TEXT, column_condition("note"), column_values("note")),
        QueryField(
            "board",
            "Its board.",
            "board=gateway",
            _TEXT,
            column_condition("board"),
            column_values("board"),
            is_lasting=True,
        ),
        QueryField(
            "batch",
            "The title of the batch with which it joined, or `none`.",
            'batch="Line 3"',
            _TEXT,
            conditions.batch_condition,
            batch_titles,
            is_lasting=True,
        ),
        QueryField(
            "agent",
            "Its client, with the version.",
            'agent="hmrd 0.1.0"',
            _TEXT,
            column_condition("agent"),
            column_values("agent"),
        ),
        QueryField(
            "running",
            "The version that it runs, with or without the project, or `none`.",
            "running=door-knock@1.4",
            _TEXT,
            conditions.running_condition,
            running_versions,
        ),
        QueryField(
            "release",
            "The number of its deployment's release that it runs; 0 if nothing was deployed to it.",
            "release<12",
            _NUMBER,
            conditions.number_condition("running_number"),
            fixed_values(),
        ),
        QueryField(
            "wanted",
            "The version that it shall run, with or without the project, or `none`.",
            "wanted=1.5",
            _TEXT,
            conditions.wanted_condition,
            assignment_values("version"),
        ),
        QueryField(
            "deployment",
            "The deployment that is for it, with the project, or `none`.",
            "deployment=door-knock/gateways",
            _TEXT,
            conditions.deployment_condition,
            assignment_values("path"),
        ),
        QueryField(
            "seen",
            "How long ago it was in contact with the server; `never` before the first time.",
            "seen<1d",
            {_EQUALS: values.one_of(NEVER), **_TIME},
            conditions.time_condition("seen"),
            fixed_values("1h", "1d", "1w", NEVER),
        ),
        QueryField(
            "self-test",
            "The outcome of its last self-test; `none` before the first.",
            "self-test=failed",
            *_choice("self_test", *choices_of(SelfTestOutcome, NONE)),
        ),
        QueryField(
            "problem",
            "The problem that it reports, or `none`.",
            "problem=disk-full",
            *_choice("problem", *choices_of(ProblemName, NONE)),
        ),
        QueryField(
            "restarts",
            "How often its runes restarted today (UTC).",
            "restarts>2",
            _NUMBER,
            conditions.restarts_condition,
            fixed_values("0", "2"),
        ),
        QueryField(
            "phase",
            "Where it is on the way to what is wanted.",
            "phase=fetching",
            *_choice("phase", *choices_of(Phase)),
        ),
        QueryField(
            "trust",
            "Whose signature it believes: of the server's keys, or of a key that the organisation keeps at home.",
            "trust=home",
            *_choice("trust", *choices_of(TrustKind)),
        ),
        QueryField(
            "claimed",
            "How long ago it joined.",
            "claimed<1w",
            _TIME,
            conditions.time_condition("claimed"),
            fixed_values("1d", "1w"),
        ),
        QueryField(
            "group",
            "The name of a group, or `none` for devices in no group.",
            "group=berlin",
            {_EQUALS: any_text},
            _group_condition,
            group_names,
        ),
        QueryField(
            STATE_FIELD, "Its state.", "is:away", {_IS: values.one_of(*STATES)}, _state_condition, fixed_values(*STATES)
        ),
    )
}
TEXT: Final = QueryField(
    TEXT_FIELD,
    "A text in its name or note.",
    '"hall 3"',
    {_FITS: values.pattern},
    conditions.text_condition,
    fixed_values(),
)


def field_of(term: QueryTerm) -> QueryField:
    """Returns the field of a term: one of the table, or a label. Raises `BadQuery`."""
    if term.field == TEXT_FIELD:
        return TEXT
    if field := FIELDS.get(term.field):
        return field
    key = term.field.removeprefix(LABEL_PREFIX)
    if LABEL_KEY.fullmatch(key) is None:
        raise term.error(f"{key} is neither a field nor the key of a label: small letters, digits and _, such as site.")
    return label_field(key)


def label_field(key: str) -> QueryField:
    """Returns the field of a label."""
    return QueryField(
        label_name(key),
        f"Its label {key}.",
        f"{label_name(key)}=x",
        _TEXT,
        conditions.label_condition(key),
        label_values(key),
        is_lasting=True,
    )


def label_name(key: str) -> str:
    """Returns how a query names a label: by its key, with `label:` before that of a field."""
    return f"{LABEL_PREFIX}{key}" if key in FIELDS else key


def check(term: QueryTerm) -> QueryField:
    """Returns the field of a term. Raises `BadQuery` for an operator or a value that it does not take."""
    field = field_of(term)
    value_check = field.operators.get(term.operator)
    if value_check is None:
        signs = " or ".join(field.operators)
        raise term.error(f"{field.name} takes {signs}, as in {field.example}.")
    if term.operator in SINGLE and len(term.values) > 1:
        raise term.error(f"{field.name}{term.operator} takes one value, as in {field.example}.")
    for value in term.values:
        if problem := value_check(value):
            raise term.error(f"{value} is not a value of {field.name}. {problem}")
    return field


def condition_of(query: DeviceQuery, scope: QueryScope) -> Q:
    """Returns the condition of a query. Raises `BadQuery`."""
    condition = Q()
    for term in query.terms:
        field = check(term)
        try:
            of_term = field.condition(scope, term.operator, term.values)
        except UnknownValue as error:
            raise term.error(str(error)) from error
        condition &= ~of_term if term.is_negated else of_term
    return condition
