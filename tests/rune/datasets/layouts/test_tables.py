"""Tables of numbers: what they may hold, how they come in, and what else reads recordings does with them."""

from __future__ import annotations

from codecs import BOM_UTF8

import numpy as np
import pytest

from rune.datasets.content.content import BadContent, Kind, Quality
from rune.datasets.content.read import read_content
from rune.datasets.content.table import MAX_COLUMNS, parse_table
from rune.datasets.convert.plain import plain_recording
from rune.datasets.export.edge_impulse import EDGE_IMPULSE
from rune.datasets.export.layout import ExportedSample
from rune.datasets.layouts.find import read_item
from rune.datasets.likeness.features import features_of
from rune.datasets.likeness.fingerprints import fingerprint_of
from rune.datasets.parts.cutting import cut, length_of
from rune.datasets.parts.search import PartSearch, find_parts
from tests.rune.datasets.layouts.test_layouts import layout_of
from tests.support.cases import each_case

TABLE = b"temperature,humidity\n20.5,55\n21,54.5\n21.5,54\n"


def test_a_table_has_its_columns_and_a_drawing_of_each() -> None:
    content = read_content(TABLE)
    assert (content.kind, content.quality) == (Kind.TABLE, Quality.GOOD)
    assert content.media_type == "text/csv; header=present"
    assert content.drawing == {"axes": [[-100, 0, 100], [100, 0, -100]]}
    assert read_content(b"a,b,c\n1,9,5\n").drawing == {"axes": [[-100, 100, 0]]}, "one row: its numbers"
    table = parse_table(content.data)
    assert table.names == ("temperature", "humidity")
    np.testing.assert_array_equal(table.rows, [[20.5, 55], [21, 54.5], [21.5, 54]])
    assert read_content(content.data) == content
    assert read_content(b"a,b\n1,2\n1,2\n").quality is Quality.STILL
    assert read_content(b"a,b\n1,2\n").quality is Quality.GOOD, "one row says nothing of change"


def test_a_byte_order_mark_is_no_part_of_a_recording() -> None:
    assert read_content(BOM_UTF8 + TABLE) == read_content(TABLE)
    assert read_content(BOM_UTF8 + b"1,2,3\n") == read_content(b"1,2,3\n")
    assert plain_recording(BOM_UTF8 + TABLE) == TABLE


@each_case(
    ("data", "reason"),
    [
        (b"a,b\n1,2\n1\n", "Line 3 has 1 values; the first line names 2 columns."),
        (b"a,b\n1,2\n1,nan\n", "Line 3 has a number that is out of range in the column b."),
        (b"a,b\n1,1e39\n", "Line 2 has a number that is out of range in the column b."),
        (b"a,b\n1,2\n1,x\n", "Line 3 has no number in the column b."),
        (b"a,a\n1,2\n", "Two columns of the table are named a."),
        (",".join(f"c{number}" for number in range(MAX_COLUMNS + 1)).encode() + b"\n" + b"1," * MAX_COLUMNS + b"1\n",
         "A table has 1 to 64 columns, and not 65."),
        (b"n" * 61 + b"\n1\n", "with at most 60 characters each"),
        (b"x,y,z\n1,2,3\n", "Line 1 of the CSV is not three numbers"),
        (b"a,b\n", "Line 1 of the CSV is not three numbers"),
        (b"a,b\nc,d\n", "Line 1 of the CSV is not three numbers"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(BadContent) as error:
        read_content(data)
    assert reason in str(error.value)


@each_case(
    ("text", "content"),
    [
        ("time,temperature\n2026-01-01,20.50\n2026-01-02,21\n", b"temperature\n20.5\n21\n"),
        ("time,temperature\n0,20.50\n0,21\n5,22\n", b"temperature\n20.5\n21\n22\n"),
        ("seconds,a\n3,20.50\n1,21\n", b"seconds,a\n3,20.50\n1,21\n"),
        ("seconds,a\n3,4\n3,5\n", b"seconds,a\n3,4\n3,5\n"),
        ("time,a\n3,4\n", b"a\n4\n"),
        ("t,a\n0,4\n1,5\n", b"t,a\n0,4\n1,5\n"),
        ("t,x,y,z\n0,1,2,3\n", b"1,2,3\n"),
        ('"a","b"\n1,2\n', b"a,b\n1,2\n"),
        ("\ufeffa,b\n1,0.123456789012\n", b"a,b\n1,0.123456789012\n"),
        ("accX,accY,accZ\n1,2,3\n", b"1,2,3\n"),
        ("timestamp,x,y,z\n0,1,2,3\n", b"1,2,3\n"),
        ("red,green,blue\n1,2,3\n", b"red,green,blue\n1,2,3\n"),
        ("1,2,3\n4,5,6\n", b"1,2,3\n4,5,6\n"),
    ],
)
def test_columns_of_motion_are_motion_and_others_a_table(text: str, content: bytes) -> None:
    archive, layout = layout_of({"label/a.csv": text})
    assert read_item(archive, layout, layout.items[0]).data == content


def test_a_table_with_labels_and_without_series_is_a_recording_for_each_row() -> None:
    text = "label,person,a,b\nworn,P1,1,2\nworn,P1,3,4\nidle,P2,5,6\n"
    archive, layout = layout_of({"all.csv": text})
    assert [(each.label, each.group) for each in layout.items] == [("worn", "P1"), ("worn", "P1"), ("idle", "P2")]
    assert read_item(archive, layout, layout.items[1]).data == b"a,b\n3,4\n"


def test_many_rows_of_one_label_are_together() -> None:
    rows = "".join(f"{'worn' if number % 2 else 'idle'},{number}\n" for number in range(2500))
    archive, layout = layout_of({"all.csv": f"label,a\n{rows}"})
    assert 800 < len(layout.items) <= 1000
    tables = [parse_table(read_item(archive, layout, each).data).rows.ravel() for each in layout.items]
    assert sorted(np.concatenate(tables).tolist()) == list(range(2500))
    for item, table in zip(layout.items, tables, strict=True):
        assert set(table % 2) == {1.0 if item.label == "worn" else 0.0}


def test_a_column_named_t_is_a_time_beside_axes_alone() -> None:
    for header, content in (("label,t,p", b"t,p\n20,5\n"), ("label,t,x,y,z", b"5,6,7\n")):
        archive, layout = layout_of({"all.csv": f"{header}\nworn,20,5{',6,7' * (content[:1] == b'5')}\n"})
        assert read_item(archive, layout, layout.items[0]).data == content


def test_a_column_named_target_has_numbers_and_is_no_label() -> None:
    archive, layout = layout_of({"all.csv": "a,target\n1,2.5\n2,3.5\n"})
    assert [each.label for each in layout.items] == [""]
    assert read_item(archive, layout, layout.items[0]).data == b"a,target\n1,2.5\n2,3.5\n"


def test_a_part_of_a_table_keeps_the_names_of_its_columns() -> None:
    assert length_of(TABLE) == 3
    assert cut(TABLE, 1, 3) == b"temperature,humidity\n21,54.5\n21.5,54\n"
    with pytest.raises(BadContent, match="empty"):
        cut(TABLE, 3, 3)
    still, moving = "1,1\n" * 40, "".join(f"{number % 5},1\n" for number in range(30))
    (part,) = find_parts(f"a,b\n{still}{moving}{still}".encode(), PartSearch(pause=5, shortest=5, margin=0))
    assert 35 <= part.start <= 42
    assert 67 <= part.end <= 74


def test_tables_are_alike_by_their_numbers_and_the_same_only_by_their_bytes() -> None:
    one, other = (features_of(Kind.TABLE, data) for data in (TABLE, b"a,b,c\n1,2,3\n"))
    assert one.shape == other.shape
    assert np.isfinite(one).all()
    assert np.abs(one - other).max() > 0.1
    words = fingerprint_of(Kind.TABLE, TABLE)
    assert words.tolist() == fingerprint_of(Kind.TABLE, TABLE).tolist()
    assert words.tolist() != fingerprint_of(Kind.TABLE, TABLE.replace(b"55", b"56")).tolist()


def test_an_export_for_edge_impulse_names_the_columns() -> None:
    sample = ExportedSample(1, "0" * 64, Kind.TABLE, "csv", "worn", "train", "")
    text = EDGE_IMPULSE.content(sample, TABLE).decode()
    assert '"sensors":[{"name":"temperature","units":"N/A"},{"name":"humidity","units":"N/A"}]' in text
    assert '"values":[[20.5,55.0],[21.0,54.5],[21.5,54.0]]' in text
