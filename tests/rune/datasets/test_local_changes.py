"""The effect of a push of a folder, by the digests of its files."""

from __future__ import annotations

from rune.datasets.export.data_folder import Listed, folder_of
from rune.datasets.export.local_changes import local_changes

ROWS = [
    Listed("knock/1.wav", 1, "sha256:1", "knock", "train", "group-1"),
    Listed(f"{folder_of('on/off')}/2.wav", 2, "sha256:2", "on/off", "test", ""),
]
DIGESTS = {row.file: row.digest for row in ROWS}


def test_a_folder_as_it_was_pulled_has_no_changes() -> None:
    changes = local_changes(ROWS, DIGESTS)
    assert (changes.relabelled, changes.added, changes.missing) == ({}, [], [])


def test_a_file_in_another_folder_has_its_label_also_where_the_folder_has_another_name() -> None:
    switched = {f"{folder_of('on/off')}/x.wav": "sha256:1", "glass/2.wav": "sha256:2"}
    assert local_changes(ROWS, switched).relabelled == {1: "on/off", 2: "glass"}


def test_a_copy_in_another_folder_changes_no_label() -> None:
    assert local_changes(ROWS, {**DIGESTS, "glass/copy.wav": "sha256:1"}).relabelled == {}


def test_new_recordings_are_added_and_other_files_are_not() -> None:
    changes = local_changes(
        ROWS, {**DIGESTS, "glass/3.wav": "sha256:3", "top.png": "sha256:4", "notes.txt": "sha256:5"}
    )
    assert changes.added == [("glass/3.wav", "glass"), ("top.png", "")]


def test_a_missing_file_is_named_and_deletes_nothing() -> None:
    changes = local_changes(ROWS, {"knock/1.wav": "sha256:1"})
    assert ([row.number for row in changes.missing], changes.relabelled) == ([2], {})
