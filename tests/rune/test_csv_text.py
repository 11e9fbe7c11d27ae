"""One reader of CSV files: what a run reads, an import and an evaluation read as well."""

from __future__ import annotations

import csv
import io
import struct
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rune.assessment.evaluation.reading import samples_of
from rune.capabilities.accel import ACCEL
from rune.csv_text import UnreadableCsv, column_places, csv_rows
from rune.datasets.content.content import BadContent, Kind
from rune.datasets.content.read import read_content
from rune.datasets.convert.plain import plain_recording
from rune.datasets.layouts.find import read_item
from rune.project.files import MemoryFiles
from rune.pyblock.testing.recordings import find_recording
from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.tables import csv_values
from tests.rune.datasets.layouts.test_layouts import layout_of
from tests.support.cases import each_case
from tests.support.forge.factories.recordings import loud

ROWS = b"0.5,-1,2\n3,4,5\n"


@pytest.mark.protects("uploads/columns-by-name")
@each_case(
    "data",
    [
        ROWS,
        b"x;y;z\r\n0.5;-1;2\r\n3;4;5\r\n",
        b"x\ty\tz\n0.5\t-1\t2\n3\t4\t5\n",
        b"x,y,z,\n0.5,-1,2,\n3,4,5,,\n",
        b"z,y,x\n2,-1,0.5\n5,4,3\n",
        b"time;accZ;accY;accX\n0;2;-1;0.5\n1;5;4;3\n",
        b'\xef\xbb\xbf"x", "y", "z"\r0.5, -1, 2\r\r3, 4, 5\r',
        BOM_UTF16_LE + "x;y;z\n0.5;-1;2\n3;4;5\n".encode("utf-16-le"),
        BOM_UTF16_BE + "x;y;z\n0.5;-1;2\n3;4;5\n".encode("utf-16-be"),
    ],
)
def test_a_run_and_an_import_read_the_same_numbers(data: bytes) -> None:
    content = read_content(plain_recording(data))
    assert (content.kind, content.data) == (Kind.MOTION, ROWS)
    assert csv_values(data, ACCEL.columns, None) == struct.pack("<6f", 0.5, -1, 2, 3, 4, 5)


@each_case("data", [b"x;y;z\n0.5;-1;2\n3;4;5\n", "x\ty\tz\r0.5\t-1\t2\r3\t4\t5\t\r".encode("utf-16")])
def test_a_test_of_a_block_reads_the_same_numbers(data: bytes) -> None:
    assert find_recording(MemoryFiles({"samples/a.csv": data}), "a.csv").values == (0.5, -1, 2, 3, 4, 5)


@each_case("data", [b"x;y;z\n2,041;-2,556;0,418\n", b"2,041;-2,556;0,418\n", b"x\ty\tz\n1\t2\t0,5\n"])
def test_decimal_commas_are_refused_alike_with_the_advice(data: bytes) -> None:
    with pytest.raises(BadContent, match="write decimals with a point"):
        plain_recording(data)
    with pytest.raises(InputFile, match="write decimals with a point"):
        csv_values(data, ACCEL.columns, None)


@each_case(
    ("data", "message"),
    [
        ("temp\u00e9rature;b\n1;2\n".encode("latin-1"), "byte 4 is not UTF-8. It is probably in Latin-1, Windows-1252"),
        ("x;y;z\n1;2;3\n".encode("utf-16-le"), "UTF-16 without a byte order mark. Save it as UTF-8"),
        ("x;y;z\n1;2;3\n".encode("utf-16-be"), "UTF-16 without a byte order mark. Save it as UTF-8"),
        (b'a,b\n1,"2\n', "line 2 has a field that begins with a quote"),
    ],
)
def test_a_table_in_another_encoding_is_refused_by_its_name(data: bytes, message: str) -> None:
    with pytest.raises(BadContent, match=message):
        plain_recording(data)
    with pytest.raises(InputFile, match=message):
        csv_values(data, ("a", "b"), None)
    # Tables of labels are read by the same rules.
    archive = {"metadata.csv": data, "a.wav": loud()}
    with pytest.raises(BadContent, match=message):
        layout_of(archive)


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_labels_of_a_table_are_those_of_its_rows_whatever_separates_them(separator: str) -> None:
    def table(file: str) -> bytes:
        return f"{file};label;\nclips/a.wav;on;\nclips/b.wav;off;\n".replace(";", separator).encode()

    _, layout = layout_of({"metadata.csv": table("file_name"), "clips/a.wav": loud(), "clips/b.wav": loud(1)})
    assert [(item.path, item.label) for item in layout.items] == [("clips/a.wav", "on"), ("clips/b.wav", "off")]
    samples = samples_of(MemoryFiles({"list.csv": table("file"), "clips/a.wav": loud(), "clips/b.wav": loud(1)}))
    assert [(each.name, each.label) for each in samples] == [("clips/a.wav", "on"), ("clips/b.wav", "off")]


@pytest.mark.protects("uploads/columns-by-name")
def test_columns_of_series_are_found_by_their_names() -> None:
    motion, table = "z,label,x,series,y\n3,on,1,7,2\n6,on,4,7,5\n", "series,label,a,b,c\n1,off,1,2,3\n"
    archive, layout = layout_of({"a.csv": motion, "b.csv": table})
    contents = [read_item(archive, layout, item) for item in layout.items]
    assert [(each.kind, each.data) for each in contents] == [
        (Kind.MOTION, b"1,2,3\n4,5,6\n"),
        (Kind.TABLE, b"a,b,c\n1,2,3\n"),
    ]


@each_case(
    ("titles", "places"),
    [
        ("x y z", (0, 1, 2)),
        ("Z t Y X", (3, 2, 0)),
        ("accX accY accZ", (0, 1, 2)),
        ("accX accY accZ gyrX gyrY gyrZ", None),
        ("x y z z", None),
        ("a b c", None),
        ("frontx sidey topz", (0, 1, 2)),
        ("topz frontx sidey", None),
    ],
)
def test_columns_are_found_by_their_names(titles: str, places: tuple[int, ...] | None) -> None:
    assert column_places(titles.split(), ("x", "y", "z")) == places


FIELDS = some.text(some.sampled_from('ab,;\t"\n 1'), max_size=6).map(lambda text: text.strip(" \t"))


@given(some.lists(some.lists(FIELDS, min_size=3, max_size=3), max_size=6))
def test_a_table_that_a_library_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["a", "b", "c"], *rows])
    read = [list(row.fields) for row in csv_rows(target.getvalue().encode())]
    assert read == [["a", "b", "c"], *(row for row in rows if any(row))]


@pytest.mark.protects("uploads/hostile-archives-of-data")
@given(some.binary(max_size=60) | some.text(some.sampled_from('ab,;\t"\r\n \ufeff\0'), max_size=60).map(str.encode))
def test_any_bytes_are_rows_or_are_refused(data: bytes) -> None:
    try:
        lines = [row.line for row in csv_rows(data)]
    except UnreadableCsv:
        return
    assert lines == sorted(set(lines))
