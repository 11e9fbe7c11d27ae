"""The effect of a push of a folder, by the digests of its files."""

from __future__ import annotations

from unicodedata import normalize

from rune.datasets.export.data_folder import DataFolderRow, folder_names
from rune.datasets.export.local_changes import local_changes
from rune.datasets.label_conflicts import conflict_text
from tests.support.cases import each_case

ON_OFF = folder_names(["on/off"])["on/off"]
ROWS = [
    DataFolderRow("knock/1.wav", 1, "sha256:1", "knock", "train", "group-1"),
    DataFolderRow(f"{ON_OFF}/2.wav", 2, "sha256:2", "on/off", "test", ""),
]
DIGESTS = {row.file: row.digest for row in ROWS}


def test_a_folder_as_it_was_pulled_has_no_changes() -> None:
    changes = local_changes(ROWS, DIGESTS)
    assert (changes.new_labels, changes.new_files, changes.missing) == ({}, [], [])


def test_a_file_in_another_folder_has_its_label_also_where_the_folder_has_another_name() -> None:
    files = {f"{ON_OFF}/x.wav": "sha256:1", "glass/2.wav": "sha256:2"}
    assert local_changes(ROWS, files).new_labels == {1: "on/off", 2: "glass"}


def test_a_copy_in_another_folder_changes_no_label_and_is_a_conflict() -> None:
    changes = local_changes(ROWS, {**DIGESTS, "glass/copy.wav": "sha256:1", "glass/1.wav": "sha256:1"})
    assert (changes.new_labels, changes.new_files) == ({}, [])
    assert [conflict_text(each) for each in changes.conflicts] == ["glass/1.wav is “glass”, knock/1.wav is “knock”"]


def test_new_files_with_the_same_bytes_in_two_folders_are_a_conflict_and_not_sent() -> None:
    files = {"glass/3.wav": "sha256:3", "knock/3.wav": "sha256:3", "glass/4.wav": "sha256:4", "glass/5.wav": "sha256:4"}
    changes = local_changes(ROWS, DIGESTS | files)
    assert changes.new_files == [("glass/4.wav", "glass"), ("glass/5.wav", "glass")]
    assert [each.labels for each in changes.conflicts] == [["glass", "knock"]]


def test_a_file_that_is_in_two_other_folders_changes_no_label() -> None:
    changes = local_changes(ROWS[:1], {"cup/1.wav": "sha256:1", "glass/1.wav": "sha256:1"})
    assert (changes.new_labels, len(changes.conflicts)) == ({}, 1)


def test_new_recordings_are_added_and_other_files_are_not() -> None:
    changes = local_changes(
        ROWS, {**DIGESTS, "glass/3.wav": "sha256:3", "top.png": "sha256:4", "notes.txt": "sha256:5"}
    )
    assert changes.new_files == [("glass/3.wav", "glass"), ("top.png", "")]


def test_a_missing_file_is_named_and_deletes_nothing() -> None:
    changes = local_changes(ROWS, {"knock/1.wav": "sha256:1"})
    assert ([row.number for row in changes.missing], changes.new_labels) == ([2], {})


def test_a_disk_that_changes_how_names_are_written_changes_no_label() -> None:
    rows = [
        DataFolderRow("Yes/1.wav", 1, "sha256:1", "Yes", "train", ""),
        DataFolderRow("yes/2.wav", 2, "sha256:2", "yes", "train", ""),
        DataFolderRow("gr\u00f6/3.wav", 3, "sha256:3", "gr\u00f6", "train", ""),
    ]
    nfd_name = normalize("NFD", "gr\u00f6")
    on_disk = {"Yes/1.wav": "sha256:1", "Yes/2.wav": "sha256:2", f"{nfd_name}/3.wav": "sha256:3"}
    changes = local_changes(rows, {**on_disk, f"{nfd_name}/new.wav": "sha256:4"})
    assert (changes.new_labels, changes.missing) == ({}, [])
    assert changes.new_files == [(f"{nfd_name}/new.wav", "gr\u00f6")]
    assert local_changes(rows, {**on_disk, "YES/3.wav": "sha256:3", f"{nfd_name}/3.wav": "sha256:5"}).new_labels


@each_case(
    "labels",
    [
        {"Yes", "yes"},
        {"gr\u00f6", "gro\u0308"},
        {"a/b", "A/B", "label-a-2f-b"},
        {"yes", "YES", "label-yes"},
        {"\uac00?", "\u1100\u1161?"},
    ],
)
def test_no_two_labels_share_a_folder_on_any_disk(labels: set[str]) -> None:
    names = folder_names(labels)
    assert len({normalize("NFC", name).casefold() for name in names.values()}) == len(labels)


def test_a_label_that_no_other_is_like_has_a_folder_of_its_name() -> None:
    assert folder_names({"Yes", "no", "label-1"}) == {"Yes": "Yes", "no": "no", "label-1": "label-1"}
