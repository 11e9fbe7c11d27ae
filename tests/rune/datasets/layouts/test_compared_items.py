"""The recordings that are read before an import, to find the same bytes under two labels."""

from __future__ import annotations

import io

from rune.datasets.layouts.compared_items import compared_items
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout
from tests.support.forge.factories.recordings import loud
from tests.support.installations.archives import zipped


def paths(files: dict[str, bytes | str]) -> list[str]:
    archive = DataArchive(io.BytesIO(zipped(files)))  # type: ignore[arg-type]
    return [item.path for item in compared_items(archive, find_layout(archive))]


FOLDERS: dict[str, bytes | str] = {
    "a/1.wav": loud(1),
    "a/2.wav": loud(2),
    "b/\u00f6.wav": loud(2),
    "b/3.wav": loud(3, length=170),
}


def test_files_that_the_archive_lists_alike_come_first() -> None:
    assert paths(FOLDERS) == ["a/2.wav", "b/\u00f6.wav", "a/1.wav", "b/3.wav"]


def test_each_recording_of_a_file_with_several_is_compared() -> None:
    rows = "id;label;x;y;z\n" + "".join(f"{series};{series % 2};1;2;3\n" * 2 for series in range(3))
    assert paths({"series.csv": rows}) == ["series.csv"] * 3
