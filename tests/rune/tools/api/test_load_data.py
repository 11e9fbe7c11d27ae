"""Data sets as NumPy arrays: from a folder and from a ZIP file, and what cannot be one array."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import rune
from tests.support.forge.factories.recordings import loud, png, sound
from tests.support.installations.archives import zipped

FILES = {
    "train/knock/a.wav": sound(1, 2, 3),
    "train/glass/b.wav": sound(4, 5, 6, 7, 8),
    "test/knock/c.wav": sound(9, 10, 11),
    "train/nothing.wav": sound(12),
}


def folder_of(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def test_a_folder_becomes_arrays_and_numbers_of_labels(tmp_path: Path) -> None:
    data = rune.load_data(folder_of(tmp_path, FILES))
    x, y = data.arrays("train", length=4)
    assert (data.labels, y.tolist()) == (("glass", "knock"), [0, 1])
    assert (x.dtype.name, x.tolist()) == ("int16", [[4, 5, 6, 7], [1, 2, 3, 0]])
    assert data.arrays("test")[0].tolist() == [[9, 10, 11]]
    assert repr(data) == "<DataSet folders by label: 4 samples (1 test, 3 train), labels glass, knock>"
    assert [(each.name, each.label, each.split, each.rate) for each in data][-1] == (
        "train/nothing.wav",
        "",
        "train",
        16_000,
    )


def test_motion_of_two_rates_becomes_arrays_of_the_rate_that_most_has(tmp_path: Path) -> None:
    header = "time_ms,x,y,z\n"
    rows = {interval: "".join(f"{row * interval},{row * interval},0,1\n" for row in range(3)) for interval in (10, 20)}
    files = {f"walk/{number}.csv": header + rows[interval] for number, interval in enumerate((10, 10, 20))}
    data = rune.load_data(folder_of(tmp_path, {name: text.encode() for name, text in files.items()}))
    assert [each.array()[:, 0].tolist() for each in data] == [[0, 10, 20], [0, 10, 20], [0, 10, 20, 30, 40]]


def test_a_zip_file_is_read_as_a_folder_is(tmp_path: Path) -> None:
    (tmp_path / "data.zip").write_bytes(zipped(FILES))
    folder = rune.load_data(folder_of(tmp_path / "data", FILES))
    archive = rune.load_data(tmp_path / "data.zip")
    for split in ("train", "test"):
        for ours, theirs in zip(folder.arrays(split, length=5), archive.arrays(split, length=5), strict=True):
            assert np.array_equal(ours, theirs)


def test_pictures_and_motion_have_the_shapes_that_models_take(tmp_path: Path) -> None:
    pictures = {"cat/1.png": png(width=3, height=2), "dog/2.png": png(width=3, height=2)}
    data = rune.load_data(folder_of(tmp_path / "a", pictures))
    assert data.arrays()[0].shape == (2, 2, 3)
    data = rune.load_data(folder_of(tmp_path / "b", {"wave/1.csv": b"1,2,3\n4,5,6.5\n"}))
    x, _ = data.arrays(length=3)
    assert (x.dtype.name, x.tolist()) == ("float32", [[[1, 2, 3], [4, 5, 6.5], [0, 0, 0]]])


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (FILES, r"different shapes, such as \(3,\) and \(5,\). Pass length="),
        ({"knock/a.wav": loud(), "knock/b.wav": sound(1, rate=8000)}, "different sample rates: 8000 Hz, 16000 Hz"),
        ({"a.wav": loud()}, "has no labelled samples"),
        ({"knock/a.wav": b"RIFF"}, r"knock/a\.wav: The file has no rows of numbers"),
        ({"knock/a.png": png()[:-20]}, r"knock/a\.png: "),
        ({"metadata.jsonl": b"{"}, "is not JSON"),
    ],
)
def test_what_cannot_be_one_array_is_refused_with_the_reason(
    tmp_path: Path, files: Mapping[str, bytes], reason: str
) -> None:
    with pytest.raises(rune.DataError, match=reason):
        rune.load_data(folder_of(tmp_path, files)).arrays()


def test_links_and_hidden_files_of_a_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(loud())
    root = folder_of(tmp_path / "data", {"knock/a.wav": loud(1), "knock/.hidden.wav": loud(2), ".git/b.wav": loud(3)})
    (root / "knock" / "link.wav").symlink_to(tmp_path / "secret.wav")
    assert [each.name for each in rune.load_data(root)] == ["knock/a.wav"]
    (tmp_path / "no.zip").write_bytes(b"PK")
    with pytest.raises(rune.DataError, match="not a ZIP file"):
        rune.load_data(tmp_path / "no.zip")
