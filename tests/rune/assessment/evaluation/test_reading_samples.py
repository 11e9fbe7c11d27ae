"""Says which files are samples, and what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from rune.assessment.evaluation import reading
from rune.assessment.evaluation.errors import SamplesRefused
from rune.assessment.evaluation.labelled import EvaluationSplit, same_label
from rune.assessment.evaluation.reading import ZipFiles, samples_in_table, samples_of
from rune.datasets.export.data_folder import LIST, DataFolderRow, list_bytes
from rune.datasets.export.layout import VersionOrigin
from rune.project.files import FileTooLarge, MemoryFiles
from tests.support.cases import each_case

FILES = MemoryFiles({"a.wav": b"A", "b.wav": b"B"})


def test_each_folder_is_a_label_and_a_folder_above_it_may_be_a_split() -> None:
    files = MemoryFiles(
        dict.fromkeys(
            ("yes/1.wav", "test/no/2.png", "train/no/3.png", "top.wav", "yes/LICENCE", "x/holdout/no/4.wav"), b"x"
        )
    )
    samples = {each.name: (each.label, each.split) for each in samples_of(files)}
    assert samples == {
        "yes/1.wav": ("yes", EvaluationSplit.TEST),
        "test/no/2.png": ("no", EvaluationSplit.TEST),
        "train/no/3.png": ("no", EvaluationSplit.TRAIN),
        "x/holdout/no/4.wav": ("no", EvaluationSplit.HOLDOUT),
    }


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_table_lists_files_labels_and_splits(separator: str) -> None:
    table = "\ufefflabel,File,split\nyes,a.wav,train\n\n  no ,b.wav,\n".replace(",", separator).encode()
    samples = samples_in_table(FILES, table)
    assert [(each.name, each.label, each.split, each.read()) for each in samples] == [
        ("a.wav", "yes", EvaluationSplit.TRAIN, b"A"),
        ("b.wav", "no", EvaluationSplit.TEST, b"B"),
    ]


def test_rows_with_start_and_end_mark_events_of_one_recording() -> None:
    [recording] = samples_in_table(FILES, b"file,label,start,end\na.wav,yes,3,4\na.wav,no,1,1.5\n")
    assert [(each.label, each.start, each.end) for each in recording.events or ()] == [("no", 1, 1.5), ("yes", 3, 4)]


@each_case(
    ("table", "message"),
    [
        (b"", "Line 1: the table has no column file and no column label"),
        (b"file\na.wav\n", "Line 1: the table has no column label"),
        (b"file,label,label\n", "two columns label"),
        (b"file,label\n", "lists no samples"),
        (b"file,label\na.wav,\n", "Line 2: .* is not a label"),
        (b"file,label\na.wav,a\x1b\n", "Line 2: .* is not a label"),
        (b"file,label\n../a.wav,yes\n", "Line 2: .*inside the project"),
        (b"file,label\n/a.wav,yes\n", "Line 2: .*relative"),
        (b"file,label,split\na.wav,yes,spare\n", 'Line 2: "spare" is not a split'),
        (b"file,label\na.wav,yes\na.wav,no\n", "Line 3: .* on line 2 too"),
        (b"file,label,start,end\na.wav,yes,1,\n", "Line 2: start and end"),
        (b"file,label,start,end\na.wav,yes,2,1\n", "Line 2: the event ends before"),
        (b"file,label,start,end\na.wav,yes,0,inf\n", "Line 2: the event ends before"),
        (b"file,label\n\xff,yes\n", "not UTF-8"),
        (b'file,label\n"a.wav,yes\n', "The table cannot be read: line 2 has a field that begins with a quote"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_its_line(table: bytes, message: str) -> None:
    with pytest.raises(SamplesRefused, match=message):
        samples_in_table(FILES, table)


def test_files_without_folders_are_refused_with_what_to_do() -> None:
    with pytest.raises(SamplesRefused, match=r"yes/01\.wav"):
        samples_of(FILES)


def zipped(contents: dict[str, bytes]) -> zipfile.ZipFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return zipfile.ZipFile(buffer)


def test_a_zip_is_read_by_its_table_where_it_has_one() -> None:
    table = b"file,label\nno/1.wav,yes\n"
    [sample] = samples_of(ZipFiles(zipped({"samples.csv": table, "no/1.wav": b"1", "no/2.wav": b"2"})))
    assert (sample.name, sample.label, sample.read()) == ("no/1.wav", "yes", b"1")


def test_what_a_file_manager_left_in_a_zip_hides_no_table_and_is_no_sample() -> None:
    left = {"__MACOSX/words/._samples.csv": b"", "__MACOSX/words/yes/._1.wav": b"", "words/.DS_Store": b""}
    table = {"words/samples.csv": b"file,label\nyes/1.wav,no\n"}
    words = {"words/yes/1.wav": b"1", "words/yes/._1.wav": b""}
    for files in (ZipFiles(zipped(left | table | words)), MemoryFiles(left | table | words)):
        assert [(each.name, each.label) for each in samples_of(files)] == [("yes/1.wav", "no")]
    assert [each.name for each in samples_of(ZipFiles(zipped(left | words)))] == ["words/yes/1.wav"]


@each_case(
    ("name", "split"),
    [
        ("Train", EvaluationSplit.TRAIN),
        ("training", EvaluationSplit.TRAIN),
        ("TEST", EvaluationSplit.TEST),
        ("testing", EvaluationSplit.TEST),
        ("val", EvaluationSplit.HOLDOUT),
        ("Validation", EvaluationSplit.HOLDOUT),
        ("Holdout", EvaluationSplit.HOLDOUT),
        ("trains", EvaluationSplit.TEST),
    ],
)
def test_the_names_that_other_tools_give_splits_are_splits(name: str, split: EvaluationSplit) -> None:
    [sample] = samples_of(MemoryFiles({f"{name}/yes/1.wav": b""}))
    assert sample.split is split


@pytest.mark.parametrize("folder", ["", "kitchen-data/"])
def test_the_list_of_a_pulled_folder_says_labels_and_splits(folder: str) -> None:
    rows = [
        DataFolderRow(file, number, "", label, split, "")
        for number, (file, label, split) in enumerate(
            [
                ("yes/1.wav", "yes", "train"),
                ("label-a-3a-b/2.wav", "a:b", "validation"),
                ("no/3.wav", "no", "test"),
                ("no-label/4.wav", "", "test"),
            ]
        )
    ]
    contents = {row.file: row.file.encode() for row in rows} | {LIST: list_bytes(VersionOrigin("a/b", 1, ""), rows)}
    samples = samples_of(MemoryFiles({folder + name: data for name, data in contents.items()}))
    assert [(each.label, each.split, each.read()) for each in samples] == [
        ("yes", EvaluationSplit.TRAIN, b"yes/1.wav"),
        ("a:b", EvaluationSplit.HOLDOUT, b"label-a-3a-b/2.wav"),
        ("no", EvaluationSplit.TEST, b"no/3.wav"),
    ]


@pytest.mark.parametrize("data", [b"{", b"{}"])
def test_a_list_that_nothing_wrote_is_refused(data: bytes) -> None:
    with pytest.raises(SamplesRefused, match=LIST):
        samples_of(MemoryFiles({LIST: data, "yes/1.wav": b""}))


def test_a_zip_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_SAMPLES", 1)
    with pytest.raises(SamplesRefused, match="2 files"):
        ZipFiles(zipped({"yes/1.wav": b"", "yes/2.wav": b"", ".DS_Store": b""}))


def test_a_folder_with_an_accent_gives_its_label_where_the_zip_does_not_say_that_it_is_utf_8() -> None:
    name = "gru\u0308n/1.wav".encode()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("X" * len(name), b"1")
    contents = data.getvalue().replace(b"X" * len(name), name)
    [sample] = samples_of(ZipFiles(zipfile.ZipFile(io.BytesIO(contents))))
    assert (sample.label, sample.read()) == ("gr\u00fcn", b"1")


def test_an_accent_in_either_form_of_unicode_is_the_same_label() -> None:
    assert same_label("Caf\u00e9") == same_label("cafe\u0301")


def test_a_folder_around_all_is_no_part_of_a_tables_paths() -> None:
    files = MemoryFiles({"words/list.csv": b"name,label,split\na.wav,yes,holdout\n", "words/a.wav": b"A"})
    [sample] = samples_of(files)
    assert (sample.name, sample.label, sample.split, sample.read()) == ("a.wav", "yes", EvaluationSplit.HOLDOUT, b"A")


def test_recordings_of_motion_in_one_folder_are_no_table() -> None:
    assert [each.label for each in samples_of(MemoryFiles({"shake/1.csv": b"x,y,z\n1,2,3\n"}))] == ["shake"]


def test_a_zip_with_a_path_that_leads_out_or_a_file_that_swells_is_refused() -> None:
    with pytest.raises(SamplesRefused, match="inside the project"):
        ZipFiles(zipped({"../a.wav": b""}))
    with pytest.raises(FileTooLarge):
        ZipFiles(zipped({"a.wav": bytes(5000)}), limit=4999).read("a.wav")
