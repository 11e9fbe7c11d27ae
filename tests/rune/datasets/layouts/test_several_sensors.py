"""Acquisitions of several sensors with an interval, in Edge Impulse's format: three are motion, others a table.

The files are made up after the published description of the format. It does not say how a sensor without a name is
shown, nor what two sensors of one name mean. A table has no rate, so that the interval is lost, as it is for motion.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import cbor2
import pytest

from rune.datasets.content.content import BadContent, Kind
from rune.datasets.content.table import parse_table
from rune.datasets.layouts.find import read_item
from rune.datasets.layouts.formats.edge_impulse import recording_of
from tests.rune.datasets.layouts.test_layouts import layout_of
from tests.support.cases import each_case

SIX = ("accX", "accY", "accZ", "gyrX", "gyrY", "gyrZ")


def acquisition(values: Sequence[Any], names: Sequence[str | None], interval: float | None = 10) -> dict[str, Any]:
    sensors = [{"units": "N/A"} if name is None else {"name": name, "units": "N/A"} for name in names]
    return {"payload": {"interval_ms": interval, "sensors": sensors, "values": values}}


@each_case(
    ("names", "content"),
    [
        (("temperature", "humidity"), b"temperature,humidity\n0,1\n2,3\n"),
        (("a", "b", "c", "d"), b"a,b,c,d\n0,1,2,3\n4,5,6,7\n"),
        (SIX, b"accX,accY,accZ,gyrX,gyrY,gyrZ\n0,1,2,3,4,5\n6,7,8,9,10,11\n"),
        ((None, "humidity"), b"value1,humidity\n0,1\n2,3\n"),
        ((None, ""), b"value1,value2\n0,1\n2,3\n"),
        (("x", "y", "z"), b"0,1,2\n3,4,5\n"),
    ],
)
@each_case("interval", [10, 0.5, None])
def test_sensors_are_the_columns_of_a_table(
    names: Sequence[str | None], content: bytes, interval: float | None
) -> None:
    count = len(names)
    values = [list(range(count)), list(range(count, 2 * count))]
    assert recording_of(acquisition(values, names, interval)) == content


def test_json_and_cbor_of_six_sensors_come_in_as_tables() -> None:
    wave = acquisition([[0.5, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]], SIX)
    files: dict[str, bytes | str] = {"training/wave.1.json": json.dumps(wave), "testing/wave.2.cbor": cbor2.dumps(wave)}
    archive, layout = layout_of(files)
    contents = [read_item(archive, layout, item) for item in layout.items]
    assert [(each.kind, parse_table(each.data).names) for each in contents] == [(Kind.TABLE, SIX)] * 2


@each_case(
    ("values", "names", "reason"),
    [
        ([[1, 2], [3]], ("a", "b"), "Row 2 has 1 values; the first line names 2 columns"),
        ([1, 2], ("a", "b"), "Row 1 has 1 values"),
        ([[1, "x"]], ("a", "b"), "not a number"),
        ([[1, 2]], ("a", "a"), "Two columns of the table are named a"),
        ([], ("a", "b"), "no rows"),
        ([[1, 2]], (), "does not say which sensors"),
    ],
)
def test_values_that_are_not_one_of_each_sensor_are_refused(
    values: list[Any], names: Sequence[str], reason: str
) -> None:
    with pytest.raises(BadContent, match=reason):
        recording_of(acquisition(values, names))
