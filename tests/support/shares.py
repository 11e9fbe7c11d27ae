"""Says which share of a product of cases `make test` runs; the other cases are proofs, for `make prove`.

For products only (target by model, role by address, seeds), where one case repeats the fact of another. A digest of a
case's name and a fixed seed chooses, so that a new case does not change what is chosen of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

Case = TypeVar("Case")
Row = TypeVar("Row")

SEED = "hammer forge"
"""The seed, which chooses the shares."""
ERROR_STATUS = 400
"""Statuses from here on refuse a request."""
VISITOR = "anonymous"
"""The kind of people whom a page sends to sign in, which is no status of a refusal, and is one."""


def rank(name: str) -> int:
    """A number that is as good as random, and always the same for a name."""
    return int.from_bytes(hashlib.sha256(f"{SEED}: {name}".encode()).digest()[:8], "big")


def in_share(name: str, one_in: int) -> bool:
    """Returns whether a case is in the share of about one in so many, for a test that finds its cases while it runs."""
    return rank(name) % one_in == 0


def share_of(cases: Iterable[Case], one_in: int, name_of: Callable[[Case], str] = str) -> list[Case]:
    """Returns about one case in so many, at least one, in their order. Raises ValueError for what is no product."""
    rows = list(cases)
    names = [name_of(case) for case in rows]
    if one_in < 2:
        raise ValueError(f"A share of one in {one_in} leaves nothing to prove.")
    if not names:
        raise ValueError("There are no cases to choose from.")
    if len(set(names)) < len(names):
        raise ValueError(f"Two cases have one name: {next(name for name in names if names.count(name) > 1)}")
    first = min(names, key=rank)
    return [case for case, name in zip(rows, names, strict=True) if in_share(name, one_in) or name == first]


def mostly_proved(
    cases: Iterable[Case],
    one_in: int,
    name_of: Callable[[Case], str] = str,
) -> list[ParameterSet]:
    """Returns all cases as parameters: all but a share are proofs. Raises ValueError as `share_of`."""
    rows = list(cases)
    return _proved_but(rows, share_of(rows, one_in, name_of), name_of)


def one_of_each(
    cases: Iterable[Case], group_of: Callable[[Case], str], name_of: Callable[[Case], str] = str
) -> list[ParameterSet]:
    """Returns all cases as parameters: all but one of each group are proofs. Raises ValueError for groups of one."""
    rows = list(cases)
    first: dict[str, Case] = {}
    for case in sorted(rows, key=lambda case: rank(name_of(case))):
        first.setdefault(group_of(case), case)
    if len(first) == len(rows):
        raise ValueError("Each case is a group of its own, which leaves nothing to prove.")
    return _proved_but(rows, list(first.values()), name_of)


def _proved_but(cases: Sequence[Case], share: Sequence[Case], name_of: Callable[[Case], str]) -> list[ParameterSet]:
    names = {name_of(case) for case in share}
    return [
        pytest.param(case, id=name_of(case), marks=() if name_of(case) in names else pytest.mark.proof)
        for case in cases
    ]


def share_and_all(cases: Iterable[Case], one_in: int, name_of: Callable[[Case], str] = str) -> list[ParameterSet]:
    """Returns two parameters for a test that goes through many cases by itself: a share, and as a proof all of them."""
    rows = list(cases)
    return [
        pytest.param(share_of(rows, one_in, name_of), id="a share"),
        pytest.param(rows, id="all", marks=pytest.mark.proof),
    ]


SHARE_OF_PEOPLE_AND_ALL = pytest.mark.parametrize(
    "whole", [pytest.param(False, id="a share"), pytest.param(True, id="all", marks=pytest.mark.proof)]
)
"""The parameter of a test that goes through kinds of people by itself: whether all are asked, or `kinds_to_ask`."""


def kinds_to_ask(row: str, answers: Mapping[str, int]) -> set[str]:
    """Returns two kinds of people for a row of a table of permissions: one who is let in and one who is refused.

    Two whom the row answers alike, where it answers all alike. `answers` has the status for each kind.
    """
    if len(answers) < 2:
        raise ValueError(f"{row}: a table of permissions tells several kinds of people apart")
    in_order = sorted(answers, key=lambda kind: rank(f"{row} for {kind}"))
    refusals = [kind for kind in in_order if answers[kind] >= ERROR_STATUS or kind == VISITOR]
    let_in = [kind for kind in in_order if kind not in refusals]
    return {refusals[0], let_in[0]} if refusals and let_in else set(in_order[:2])


def table_by_kind(
    kinds: Sequence[str],
    rows: Sequence[Row],
    answers: Callable[[Row], Mapping[str, int]],
    name_of: Callable[[Row], str],
    one_in: int = 1,
) -> list[ParameterSet]:
    """Returns parameters (kind, rows) for a table of permissions: each kind with its share, and as proofs with all.

    Each row is in two shares (`kinds_to_ask`), and each kind has one. With `one_in`, for a table whose rows are tested
    elsewhere too, only so many rows are. Raises ValueError for a table so short that a kind would have no row.
    """
    share = share_of(rows, one_in, name_of) if one_in > 1 else rows
    choices = [kinds_to_ask(name_of(row), answers(row)) for row in share]
    shares = {kind: [row for row, some in zip(share, choices, strict=True) if kind in some] for kind in kinds}
    if without := [kind for kind in kinds if not shares[kind]]:
        raise ValueError(f"No row of the table is asked for {without[0]}")
    return [
        *(pytest.param(kind, shares[kind], id=kind) for kind in kinds),
        *(pytest.param(kind, list(rows), id=f"{kind}, all", marks=pytest.mark.proof) for kind in kinds),
    ]
