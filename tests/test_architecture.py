"""The page of the architecture names what is there: each file and function of its steps, each folder of its tables."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.support.cases import each_case
from tests.support.documents.named_places import missing_places, places_in
from tests.support.floors import layers_by_container

PAGE = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
_ROW = re.compile(r"^\| (?P<names>`[^|]+) \|", re.MULTILINE)
_GROUP = re.compile(r"^\| `(?P<group>\w+)/` \| (?P<names>`[^|]+) \|", re.MULTILINE)
_NAME = re.compile(r"`(\w+)(/?)`")


def section(title: str, page: str = PAGE) -> str:
    """The text under a heading of the second level."""
    return page.partition(f"\n## {title}")[2].partition("\n## ")[0]


def listed(title: str) -> set[str]:
    """The names in the first column of a section's table."""
    rows = _ROW.finditer(section(title))
    return {name for row in rows for name, _ in _NAME.findall(row["names"])}


def folders(folder: Path) -> set[str]:
    """The names of the folders in a folder."""
    return {path.name for path in folder.iterdir() if path.is_dir()}


def grouped(title: str) -> set[str]:
    """The names in the second column of a section's table, after their group: `compiler/anvil`, or `abi` of none."""
    rows = [(row["group"], _NAME.findall(row["names"])) for row in _GROUP.finditer(section(title))]
    return {name if group == "rune" else f"{group}/{name}" for group, names in rows for name, _ in names}


def packages(folder: Path) -> set[str]:
    """Folders with files other than bytecode, and modules, of a folder; names that begin with a dot or an underscore
    are left out."""
    inside = [path for path in folder.iterdir() if not path.name.startswith((".", "_"))]
    folders = {
        path.name
        for path in inside
        if path.is_dir() and any(file.suffix not in ("", ".pyc") for file in path.rglob("*"))
    }
    return folders | {path.stem for path in inside if path.suffix == ".py"}


def grouped_packages(folder: Path) -> set[str]:
    """The modules and packages of a folder; of its groups, which have floors of their own, the packages inside."""
    groups = {name.partition(".")[2] for name in layers_by_container(REPOSITORY) if name.startswith(f"{folder.name}.")}
    inside = {f"{group}/{name}" for group in groups for name in packages(folder / group)}
    return inside | (packages(folder) - groups)


@each_case(
    "place",
    [
        "rune/no_such_file.py::build",
        "rune/compiler/building/building.py::no_such_function",
        "forge/collab/room/room.py::Room.no_such_method",
        "forge/collab/room/room.py::submit",
        "frontend/src/runtime/no-such-file.ts::RuneFrame",
        "frontend/src/runtime/frame/rune-frame.ts::RuneFrame.noSuchMethod",
        "frontend/src/runtime/frame/rune-frame.ts::run",
    ],
)
def test_a_page_that_names_something_that_is_not_there_is_found_out(place: str) -> None:
    assert missing_places(f"1. A step, `{place}`.", REPOSITORY) == [place]


def test_every_place_that_the_architecture_names_is_there() -> None:
    assert len(places_in(section("From a keystroke"))) > 20
    assert len(places_in(section("From the Build button"))) > 15
    assert missing_places(PAGE, REPOSITORY) == []


def test_the_tables_have_a_row_for_every_folder_and_no_other() -> None:
    assert grouped("rune: ") == grouped_packages(REPOSITORY / "rune")
    assert listed("forge: ") == packages(REPOSITORY / "forge")
    extra = {"api"}  # written when the front end is built or tested
    assert listed("frontend") == folders(REPOSITORY / "frontend" / "src") | extra
    assert listed("The studio") == folders(REPOSITORY / "frontend" / "src" / "studio")
