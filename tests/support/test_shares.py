from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from tests.support.cases import each_case
from tests.support.shares import kinds_to_ask, mostly_proved, one_of_each, share_and_all, share_of, table_by_kind

KINDS = ("owner", "viewer", "stranger", "anonymous")


def values(parameter: ParameterSet) -> Any:
    return parameter.values


def short(parameters: Iterable[ParameterSet]) -> list[ParameterSet]:
    """Returns the parameters that `make test` runs."""
    return [each for each in parameters if not any(getattr(mark, "name", "") == "proof" for mark in each.marks)]


def test_a_share_is_about_as_large_as_it_says_and_never_empty() -> None:
    assert 150 < len(share_of(range(1000), 5)) < 250
    assert len(share_of(["one", "two"], 1000)) == 1


def test_a_new_case_does_not_change_what_is_chosen_of_the_others() -> None:
    before = share_of([number for number in range(100) if number != 50], 4)
    after = share_of(range(100), 4)
    assert [number for number in after if number != 50] == before
    assert set(share_of(reversed(range(100)), 4)) == set(after)


@each_case(
    ("cases", "one_in", "message"),
    [
        (["a", "b"], 1, "nothing to prove"),
        (["a", "b"], 0, "nothing to prove"),
        ([], 2, "no cases"),
        (["a", "b", "a"], 2, "Two cases have one name: a"),
    ],
)
def test_what_is_no_product_is_refused(cases: list[str], one_in: int, message: str) -> None:
    for choose in (share_of, mostly_proved, share_and_all):
        with pytest.raises(ValueError, match=message):
            choose(cases, one_in)


def test_all_but_a_share_are_proofs() -> None:
    parameters = mostly_proved(range(100), 4, lambda number: f"case {number}")
    assert [each.values for each in parameters] == [(number,) for number in range(100)]
    assert [each.id for each in short(parameters)] == [
        f"case {number}" for number in share_of(range(100), 4, lambda number: f"case {number}")
    ]


def test_of_each_group_one_is_no_proof() -> None:
    parameters = one_of_each(range(100), lambda number: str(number % 7))
    assert len(parameters) == 100
    assert sorted(values(each)[0] % 7 for each in short(parameters)) == list(range(7))


def test_groups_of_one_are_refused() -> None:
    for cases in ([], ["a", "b"]):
        with pytest.raises(ValueError, match="nothing to prove"):
            one_of_each(cases, str)


def test_a_test_of_many_cases_has_a_share_of_them_and_as_a_proof_all() -> None:
    share, whole = share_and_all(range(40), 4)
    assert share.values == (share_of(range(40), 4),)
    assert whole.values == (list(range(40)),)
    assert short([share, whole]) == [share]


@each_case(
    "answers",
    [
        {"owner": 200, "viewer": 403, "stranger": 404, "anonymous": 401},
        {"owner": 200, "viewer": 200, "stranger": 200, "anonymous": 401},
        {"owner": 302, "viewer": 302, "stranger": 302, "anonymous": 302},
        {"owner": 204, "viewer": 409, "stranger": 404, "anonymous": 302},
    ],
)
def test_each_row_of_a_table_is_asked_by_one_who_is_let_in_and_one_who_is_refused(answers: Mapping[str, int]) -> None:
    for row in range(50):
        kinds = kinds_to_ask(f"get /{row}", answers)
        refusals = {kind for kind in kinds if answers[kind] >= 400 or kind == "anonymous"}
        assert len(kinds) == 2
        assert len(refusals) == 1


@pytest.mark.parametrize("status", [200, 404])
def test_a_row_that_answers_all_alike_is_asked_by_two(status: int) -> None:
    assert len(kinds_to_ask("get /", dict.fromkeys(("owner", "viewer", "stranger"), status))) == 2


def test_a_table_is_asked_by_each_kind_and_each_row_is_asked_twice() -> None:
    rows = [f"get /{number}" for number in range(40)]
    answers = dict(zip(KINDS, (200, 403, 404, 401), strict=True))
    parameters = table_by_kind(KINDS, rows, lambda _: answers, str)
    shares = {values(each)[0]: values(each)[1] for each in short(parameters)}
    assert tuple(shares) == KINDS
    assert all(sum(row in share for share in shares.values()) == 2 for row in rows)
    proofs = [each.values for each in parameters if each not in short(parameters)]
    assert proofs == [(kind, rows) for kind in KINDS]


def test_a_table_in_which_a_kind_would_have_no_row_is_refused() -> None:
    answers = dict(zip(KINDS, (200, 403, 404, 401), strict=True))
    with pytest.raises(ValueError, match="No row of the table is asked for"):
        table_by_kind(KINDS, ["get /"], lambda _: answers, str)
    with pytest.raises(ValueError, match="tells several kinds"):
        kinds_to_ask("get /", {"owner": 200})
