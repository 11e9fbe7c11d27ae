"""The places of objects in a picture: what is read, in which order, and what is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from rune.datasets.content.content import BadContent
from rune.datasets.positions import (
    MAX_POSITIONS,
    NOTHING,
    ObjectPosition,
    counts_of,
    label_of_positions,
    positions_to_json,
    read_positions,
)
from tests.support.cases import each_case

BOLT = {"label": "bolt", "x": 0.25, "y": 0.5}


def test_positions_are_read_from_top_to_bottom_and_each_once() -> None:
    value = [BOLT, {"label": "nut", "x": 1, "y": 0}, BOLT, {"label": "bolt", "x": 0.250001, "y": 0.5}]
    positions = read_positions(value)
    assert positions == (ObjectPosition("nut", 1.0, 0.0), ObjectPosition("bolt", 0.25, 0.5))
    assert read_positions(positions_to_json(positions)) == positions
    assert json.dumps(positions_to_json(positions)) == json.dumps(positions_to_json(positions[::-1])[::-1])


def test_nobody_looked_is_not_the_same_as_no_objects() -> None:
    assert (read_positions(None), read_positions([])) == (None, ())


def test_a_negative_zero_has_the_bytes_of_zero() -> None:
    assert json.dumps(positions_to_json(read_positions([{**BOLT, "x": -0.0}]) or ())) == json.dumps(
        [{"label": "bolt", "x": 0.0, "y": 0.5}]
    )


@each_case(
    ("value", "reason"),
    [
        ("bolt", "not a list"),
        ({"label": "bolt"}, "not a list"),
        (3, "not a list"),
        ([3], "not an object"),
        ([{}], "needs a label"),
        ([{**BOLT, "label": ""}], "needs a label"),
        ([{**BOLT, "label": " bolt"}], "needs a label"),
        ([{**BOLT, "label": "bo\nlt"}], "needs a label"),
        ([{**BOLT, "label": "b" * 61}], "needs a label"),
        ([{**BOLT, "x": math.nan}], "x of a position is not in the picture"),
        ([{**BOLT, "y": math.inf}], "y of a position is not in the picture"),
        ([{**BOLT, "x": 1.0001}], "x of a position is not in the picture"),
        ([{**BOLT, "x": -0.0001}], "x of a position is not in the picture"),
        ([{**BOLT, "x": 10**400}], "x of a position is not in the picture"),
        ([{**BOLT, "x": True}], "x of a position is not a number"),
        ([{**BOLT, "x": "0.5"}], "x of a position is not a number"),
        ([{"label": "bolt", "x": 0.5}], "y of a position is not a number"),
        ([BOLT] * 1_000_000, f"at most {MAX_POSITIONS} positions, and this one has 1,000,000"),
    ],
)
def test_positions_that_cannot_be_are_refused(value: Any, reason: str) -> None:
    with pytest.raises(BadContent, match=reason):
        read_positions(value)


def test_a_picture_is_called_after_most_of_its_objects() -> None:
    positions = read_positions([BOLT, {"label": "nut", "x": 0, "y": 0}, {"label": "nut", "x": 1, "y": 1}])
    assert positions is not None
    assert dict(counts_of(positions)) == {"nut": 2, "bolt": 1}
    assert label_of_positions(positions) == "nut"
    assert label_of_positions(positions[1:]) == "bolt"
    assert label_of_positions(()) == NOTHING
