"""A package is right only if its project builds the same bytes, whatever its report says."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.compiler.building.options import BuildOptions
from rune.devices.packages.rebuild import (
    PackageState,
    UnreadablePackage,
    block_differences,
    compare_firmware,
    compare_package,
    file_differences,
    read_package,
)
from rune.project.archive import zip_files
from rune.tools.cli import main
from rune.tools.cli.failure import NOT_PROVEN
from tests.support.cases import each_case
from tests.support.compiler.programs.c_projects import template
from tests.support.compiler.programs.package_programs import packaged

OPTIONS = BuildOptions("sine")


def changed(target: str, path: str, data: bytes | None) -> bytes:
    """The package of sine with another file, or without it."""
    package = packaged("sine", target)
    files = {f"{package.folder}/{name}": content for name, content in package.files.items()}
    files[f"{package.folder}/{path}"] = data or b""
    if data is None:
        del files[f"{package.folder}/{path}"]
    return zip_files(files)


def source(target: str = "c") -> tuple[str, bytes]:
    """The source of the package with the rune's constants."""
    files = packaged("sine", target).files
    return next(
        (path, data) for path, data in files.items() if path.startswith("src/") and b"selftest" not in data[:90]
    )


@pytest.mark.slow
def test_a_package_is_what_its_files_build() -> None:
    comparison = compare_package(template("sine"), packaged("sine", "c").zipped(), OPTIONS)
    assert comparison.state is PackageState.IDENTICAL
    assert comparison.sentence() == "these files build exactly this package"


@pytest.mark.slow
def test_a_changed_digit_of_a_constant_is_found_by_its_line() -> None:
    path, data = source()
    text = data.decode()
    place = next(at for at in range(text.index("static const"), len(text)) if text[at].isdigit())
    other = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
    comparison = compare_package(template("sine"), changed("c", path, other.encode()), OPTIONS)
    assert comparison.state is PackageState.DIFFERENT
    (sentence,) = comparison.differences
    assert path in sentence
    assert f"line {text[:place].count(chr(10)) + 1} is " in sentence


@pytest.mark.slow
def test_files_that_are_missing_or_more_are_named() -> None:
    comparison = compare_package(template("sine"), changed("c", "README.md", None), OPTIONS)
    assert comparison.differences == ('"rune_sine/README.md" is missing',)
    comparison = compare_package(template("sine"), changed("c", "more.txt", b"1"), OPTIONS)
    assert comparison.differences == ('"rune_sine/more.txt" is not in what these files build',)


@pytest.mark.slow
def test_the_same_files_in_another_archive_are_not_the_same_bytes() -> None:
    package = packaged("sine", "c")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in package.files.items():
            archive.writestr(f"{package.folder}/{path}", data)
    comparison = compare_package(template("sine"), buffer.getvalue(), OPTIONS)
    assert comparison.state is PackageState.DIFFERENT
    assert "another order or encoding" in comparison.sentence()


@pytest.mark.slow
def test_a_package_that_names_another_version_is_never_called_right() -> None:
    report = json.loads(packaged("sine", "c").files["report.json"]) | {"toolchain": "0.0.9"}
    comparison = compare_package(template("sine"), changed("c", "report.json", json.dumps(report).encode()), OPTIONS)
    assert comparison.state is PackageState.OTHER_TOOLCHAIN
    assert comparison.sentence() == "not rebuilt: made by 0.0.9"


@each_case(
    "data",
    [
        b"PK\3\4",
        b"PK\5\6" + bytes(18),
        zip_files({"a/report.json": b"[]"}),
        zip_files({"a/report.json": b"[" * 200_000}),
    ],
    ids=["begun", "empty", "a list", "nested"],
)
def test_what_is_no_package_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadablePackage):
        compare_package(template("sine"), data, OPTIONS)


def test_files_and_blocks_are_compared_by_pure_functions() -> None:
    assert file_differences({"a": b"\xff1"}, {"a": b"\xff1"}) == ()
    assert file_differences({"a": b"\xff1"}, {"a": b"\xff2"}) == ('"a": 1 of 2 bytes differ, first at byte 1',)
    assert file_differences({"a": b"\xff1"}, {"a": b"\xff"}) == ('"a": 1 bytes, not 2',)
    assert file_differences({"a": b"1\n2"}, {"a": b"1"}) == ('"a": 1 line, not 2',)
    assert block_differences({256: b"ab"}, {256: b"ac"}) == ("1 of 1 block differ, first at address 0x00000101",)
    assert block_differences({0: b"a"}, {256: b"a"}) == (
        "1 block missing, first at address 0x00000000",
        "1 block more than expected, first at address 0x00000100",
    )
    assert list(read_package(zip_files({"a/b": b"1"}))) == ["a/b"]


def verified(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["--color", "always", "verify", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project of sine, whose name is its folder's."""
    folder = tmp_path / "sine"
    folder.mkdir()
    files = template("sine")
    for path in files.paths():
        (folder / path).write_bytes(files.read(path))
    return folder


def assert_verified(path: Path, folder: Path, status: int, start: str) -> None:
    result = verified(path, "--project", folder)
    assert result.exit_code == status, result.output
    assert result.stdout.startswith(start), result.stdout


@pytest.mark.slow
def test_the_command_verifies_packages(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "right.zip").write_bytes(packaged("sine", "c").zipped())
    report = json.loads(packaged("sine", "c").files["report.json"]) | {"toolchain": "0.0.9"}
    (tmp_path / "old.zip").write_bytes(changed("c", "report.json", json.dumps(report).encode()))
    assert_verified(tmp_path / "right.zip", folder, 0, "\x1b[32mthese files build exactly this package")
    assert_verified(tmp_path / "old.zip", folder, NOT_PROVEN, "\x1b[33mnot rebuilt: made by 0.0.9")
    assert verified(tmp_path / "right.zip").exit_code == 2


@pytest.mark.slow
@pytest.mark.parametrize("is_right", [False, pytest.param(True, marks=pytest.mark.proof)])
def test_the_command_verifies_firmware(is_right: bool, folder: Path, tmp_path: Path) -> None:
    board = packaged("sine", "pico")
    firmware = next(data for path, data in board.files.items() if path.endswith(".uf2"))
    path = tmp_path / "sine.uf2"
    path.write_bytes(firmware if is_right else firmware[:700] + bytes([firmware[700] ^ 1]) + firmware[701:])
    if is_right:
        assert_verified(path, folder, 0, "\x1b[32mthese files build exactly this firmware")
    else:
        # One byte alone is another one: the firmware was made, and is the same but for it.
        assert_verified(path, folder, 1, "\x1b[31mthe firmware is not what these files build: 1 of ")
    with pytest.raises(UnreadablePackage):
        compare_firmware(template("sine"), firmware[:-1], OPTIONS)
