"""The positions that a data folder has reach the recordings that a recipe learns from, and their digest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from lab.dataset.recording import data_digest
from lab.dataset.recordings import read_recordings
from rune.datasets.export.data_folder import LIST, DataFolderRow, list_bytes
from rune.datasets.export.layout import VersionOrigin
from rune.datasets.positions import ObjectPosition, Positions
from rune.digests import digest_of
from tests.support.forge.factories.recordings import loud, png

BOLT = ObjectPosition("bolt", 0.25, 0.5)


def folder(path: Path, pictures: Sequence[tuple[str, bytes, Positions | None]]) -> Path:
    """A folder as `rune data pull` writes it."""
    rows = []
    path.mkdir()
    for number, (file, data, positions) in enumerate(pictures, 1):
        (path / file).write_bytes(data)
        rows.append(DataFolderRow(file, number, sha256(data).hexdigest(), "parts", "train", "", positions))
    (path / LIST).write_bytes(list_bytes(VersionOrigin("acme/parts", 1, "sha256:1"), rows))
    return path


@pytest.mark.parametrize("positions", [None, (), (BOLT,)])
def test_recordings_have_the_positions_of_the_folder(tmp_path: Path, positions: Positions | None) -> None:
    read = read_recordings(folder(tmp_path / "parts", [("1.png", png(), positions)]))
    assert [each.positions for each in read.items] == [positions]


def test_a_sound_has_no_positions_whatever_the_list_says(tmp_path: Path) -> None:
    read = read_recordings(folder(tmp_path / "parts", [("1.wav", loud(), (BOLT,))]))
    assert [each.positions for each in read.items] == [None]


def test_other_positions_are_other_data_and_data_without_keeps_its_digest(tmp_path: Path) -> None:
    digests = set()
    for place, positions in enumerate((None, (), (BOLT,), (ObjectPosition("bolt", 0.25, 0.6),))):
        read = read_recordings(folder(tmp_path / str(place), [("1.png", png(), positions)]))
        digests.add(data_digest(read.items, ["train"]))
    assert len(digests) == 4
    sound = read_recordings(folder(tmp_path / "sound", [("1.wav", loud(), None)])).items
    # The form of digests that are in people's folders.
    assert data_digest(sound, ["train"]) == digest_of(json.dumps([[sound[0].digest, "parts", "train"]]).encode())
