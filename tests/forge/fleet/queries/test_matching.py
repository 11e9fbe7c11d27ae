"""Queries find the devices that they say: each field by itself, and random queries beside an oracle without SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.accounts.models import Organisation
from forge.fleet.models import Assignment, DeviceBatch
from forge.fleet.queries.errors import BadQuery
from forge.fleet.queries.fields import FIELDS
from forge.fleet.queries.matching import is_lasting, matching, parse_query, scope_of
from forge.fleet.queries.states import STATES
from forge.fleet.queries.syntax import DeviceQuery, QueryOperator, QueryTerm
from tests.support.forge.device_oracle import DeviceRow, Oracle, names
from tests.support.forge.factories.device_rows import assignment_row, device_row, group_row

RUNES = ["sha256:" + digit * 64 for digit in "abc"]
GROUPS = {"berlin": "site=berlin", "halls": "name~hall* board=gateway,pi", "odd": "-line=1,3"}
_TEXTS = {
    "name": ["hall-1", "hall-2", "gate-3", "HALL*", "*", "*-1", "%", "h_ll*"],
    "note": ["", "Depot 2, gate B", "*depot*", "100%", "100*"],
    "board": ["gateway", "pi", "g*", "none"],
    "agent": ["hmrd 0.1.0", "hmrd*"],
    "batch": ["Line 3", "line*", "none"],
    "running": ["1.4", "door-knock@1.4", "door-knock/gateways@1.5", "none", "1.*", "other@*"],
    "wanted": ["1.4", "1.5", "door-knock@1.5", "none", "1.*"],
    "deployment": ["door-knock/gateways", "none", "door*"],
    "site": ["berlin", "hamburg", "b*", "*"],
    "label:board": ["x", "*"],
    "line": ["1", "2", "3"],
    "missing": ["x", "*"],
}
_FIXED = {
    "self-test": ["passed", "failed", "not-verified", "none"],
    "problem": ["disk-full", "crashes", "none"],
    "phase": ["running", "empty", "fetching"],
    "trust": ["server", "home"],
    "group": [*GROUPS, "none"],
}
_EQUALS, _FITS, _IS = QueryOperator.EQUALS, QueryOperator.FITS, QueryOperator.IS
_TIMES, _NUMBERS = st.sampled_from(["seen", "claimed"]), st.sampled_from(["restarts", "release"])
_SINGLE = st.sampled_from([QueryOperator.LESS, QueryOperator.MORE])


def _some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


def _one(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sampled_from(values).map(lambda value: (value,))


_TERMS = st.one_of(
    *(
        st.builds(QueryTerm, st.just(name), st.sampled_from([_EQUALS, _FITS]), _some(values), st.booleans())
        for name, values in _TEXTS.items()
    ),
    *(
        st.builds(QueryTerm, st.just(name), st.just(_EQUALS), _some(values), st.booleans())
        for name, values in _FIXED.items()
    ),
    st.builds(QueryTerm, st.just("is"), st.just(_IS), _some([*STATES]), st.booleans()),
    st.builds(QueryTerm, st.just("seen"), st.just(_EQUALS), st.just(("never",)), st.booleans()),
    st.builds(
        QueryTerm, st.sampled_from(["seen", "claimed"]), _SINGLE, _one(["30m", "1d", "2w", "9999w"]), st.booleans()
    ),
    st.builds(QueryTerm, st.sampled_from(["restarts", "release"]), _SINGLE, _one(["0", "2", "3"]), st.booleans()),
    st.builds(
        QueryTerm, st.sampled_from(["restarts", "release"]), st.just(_EQUALS), _some(["0", "2", "3"]), st.booleans()
    ),
    st.builds(QueryTerm, st.just(""), st.just(_FITS), _one(["hall", "GATE", "2", "%"]), st.booleans()),
)


def random_rows(organisation: Organisation, now: datetime, count: int) -> list[DeviceRow]:
    """Makes devices of all kinds, and groups of which two have what they shall run."""
    chance = Random(73)
    groups = {name: group_row(organisation, name, query) for name, query in GROUPS.items()}
    assignments: list[Assignment | None] = [
        None,
        assignment_row(groups["berlin"], "door-knock/gateways", "1.5", RUNES[1]),
        assignment_row(groups["halls"], "other/pis", "1.4", RUNES[0]),
        assignment_row(groups["odd"], "other/odd", "1.6", ""),
    ]
    batch = DeviceBatch.objects.create(
        organisation=organisation, title="Line 3", limit=9, trust="server", created=now, expires=now
    )
    ages = [None, *(timedelta(minutes=minutes) for minutes in (1, 29, 31, 1439, 1441, 50_000))]
    rows = []
    for number in range(count):
        age, is_empty = chance.choice(ages), chance.random() < 0.2
        labels = {"site": chance.choice(["berlin", "hamburg", "Berlin"]), "line": str(number % 4), "board": "x"}
        device = device_row(
            organisation,
            f"{chance.choice(['hall', 'gate'])}-{number}",
            own_labels := {key: value for key, value in labels.items() if chance.random() < 0.7},
            note=chance.choice(["", "Depot 2, gate B", "100%", "1000"]),
            board=chance.choice(["gateway", "pi", "pico"]),
            trust=chance.choice(["server", "home"]),
            claimed=now - timedelta(days=chance.choice([0, 3, 400])),
            batch=chance.choice([None, batch]),
            locked_out=chance.choice([None, None, now]),
            retired=chance.choice([None, None, None, now]),
            assignment=chance.choice(assignments),
            seen=age if age is None else now - age,
            phase="empty" if is_empty else chance.choice(["running", "fetching"]),
            running_deployment="" if is_empty else f"acme/{chance.choice(['door-knock', 'other'])}/gateways",
            running_number=0 if is_empty else chance.randint(1, 4),
            running_version="" if is_empty else chance.choice(["1.4", "1.5", "1.4.1"]),
            running_rune="" if is_empty else chance.choice(RUNES),
            self_test=chance.choice(["", "passed", "failed", "not-verified"]),
            problem=chance.choice(["", "", "disk-full", "crashes"]),
            restarts=chance.randint(0, 5),
            restarts_day=chance.choice([None, now.date(), now.date() - timedelta(days=1)]),
        )
        rows.append(DeviceRow(device, own_labels))
    return rows


@pytest.mark.django_db
def test_random_queries_find_what_an_oracle_without_sql_finds(organisation: Organisation) -> None:
    now = timezone.now()
    rows = random_rows(organisation, now, 60)
    device_row(Organisation.objects.create(name="elsewhere"), "hall-1", {"site": "berlin"})
    scope, oracle = scope_of(organisation.pk, now), Oracle(now, GROUPS)

    @settings(max_examples=400)
    @given(st.lists(_TERMS, max_size=3).map(lambda terms: DeviceQuery(tuple(terms))))
    def compare(query: DeviceQuery) -> None:
        query = parse_query(str(query))
        matches = matching(query, scope)
        assert sorted(matches.values_list("name", flat=True)) == names(rows, query, oracle)
        assert matches.count() == len(names(rows, query, oracle))

    compare()


def test_random_queries_have_all_fields() -> None:
    assert set(FIELDS) <= {*_TEXTS, *_FIXED, "is", "seen", "claimed", "restarts", "release"}


@pytest.mark.parametrize(
    ("text", "start", "end", "detail"),
    [
        ("board=x seen=1d", 8, 15, "1d is not a value of seen. Write one of never."),
        ("seen<yesterday", 0, 14, "yesterday is not a value of seen. Write a time as 30m, 12h, 1d or 2w."),
        ("seen<1d,2d", 0, 10, "seen< takes one value, as in seen<1d."),
        ("restarts>many", 0, 13, "many is not a value of restarts. Write a whole number up to 999,999,999, such as 3."),
        ("is=away", 0, 7, "is takes :, as in is:away."),
        ("board>3", 0, 7, "board takes = or ~, as in board=gateway."),
        ("site<3", 0, 6, "site takes = or ~, as in site=x."),
        (
            "site-2=x",
            0,
            8,
            "site-2 is neither a field nor the key of a label: small letters, digits and _, such as site.",
        ),
        ("name~a*b*c*d*e*f*", 0, 17, "a*b*c*d*e*f* is not a value of name. A pattern has at most 5 *."),
    ],
)
def test_a_field_says_what_it_takes(text: str, start: int, end: int, detail: str) -> None:
    with pytest.raises(BadQuery) as error:
        parse_query(text)
    assert (error.value.detail, error.value.start, error.value.end) == (detail, start, end)


@pytest.mark.django_db
def test_an_unknown_group_is_named_with_its_place(organisation: Organisation) -> None:
    with pytest.raises(BadQuery, match=r"There is no group x\.") as error:
        matching(parse_query("board=a group=x"), scope_of(organisation.pk))
    assert (error.value.start, error.value.end) == (8, 15)


def test_each_field_has_an_example_that_it_takes() -> None:
    for name, field in FIELDS.items():
        (term,) = parse_query(field.example).terms
        assert term.field == name


@pytest.mark.parametrize(
    ("text", "lasts"), [("site=berlin -name~x* label:board=y", True), ("seen<1d", False), ("x", False)]
)
def test_a_query_lasts_where_only_people_change_what_it_asks_for(text: str, lasts: bool) -> None:
    assert is_lasting(parse_query(text)) is lasts
