"""Compiled units on disk: a later process uses them, and damage, a full disk or another compiler costs time alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rune.compiler.anvil.compiling import compiler, object_folder
from rune.compiler.anvil.compiling.compiler import compile_sources
from rune.compiler.anvil.compiling.object_folder import SHARING, ObjectFolder
from rune.compiler.anvil.compiling.objects import ObjectCache
from tests.rune.compiler.anvil.test_compiling import counted_compilers, sources, toolchain
from tests.support.compiler.template_projects import template

PROGRAM = sources(b"int three(void) { return 3; }")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[ObjectFolder]:
    SHARING.folder = ObjectFolder(tmp_path / "objects")
    yield SHARING.folder
    SHARING.end()


def compiled_by_a_new_process(monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, int]:
    """A module, and how many units had to be compiled for it."""
    monkeypatch.setattr(compiler, "_OBJECTS", ObjectCache[bytes](limit=1 << 20, size=len))
    with monkeypatch.context() as counting:
        commands = counted_compilers(counting)
        module = compile_sources(PROGRAM, toolchain())
    return module, sum(command[-2:] == ["-o", "object"] for command in commands)


def test_a_later_process_compiles_nothing_again(folder: ObjectFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    first, count = compiled_by_a_new_process(monkeypatch)
    assert count == 1
    assert compiled_by_a_new_process(monkeypatch) == (first, 0)
    assert [path.stat().st_mode & 0o77 for path in (folder.folder, *folder.folder.iterdir())] == [0, 0]


def test_a_damaged_unit_is_compiled_again(folder: ObjectFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _ = compiled_by_a_new_process(monkeypatch)
    (path,) = folder.folder.iterdir()
    whole = path.read_bytes()
    for garbage in (b"", whole[:20], whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1])):
        path.write_bytes(garbage)
        assert compiled_by_a_new_process(monkeypatch) == (module, 1)
        assert path.read_bytes() == whole


def test_another_version_of_the_compiler_has_units_of_its_own(
    folder: ObjectFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("key", b"object")
    assert folder.get("key") == b"object"
    monkeypatch.setattr(object_folder, "_compiler_version", lambda: "0.0.1")
    assert folder.get("key") is None


def test_where_nothing_can_be_stored_all_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(SHARING, "folder", ObjectFolder(tmp_path / "file" / "objects"))
    module, count = compiled_by_a_new_process(monkeypatch)
    assert count == 1
    assert compiled_by_a_new_process(monkeypatch) == (module, 1)


def test_the_units_that_were_not_used_for_longest_go(tmp_path: Path) -> None:
    place = tmp_path / "objects"
    first = ObjectFolder(place, limit=1000)
    for number in range(10):
        first.put(str(number), bytes(100 - 32 - (number == 0)))
        os.utime(first._path(str(number)), (number, number))
    assert first.get("3") is not None, "it was used last"
    first.put("another", bytes(68))
    later = ObjectFolder(place, limit=1000)
    later.put("new", b"")
    assert [number for number in range(10) if later.get(str(number)) is None] == [0, 1, 2, 4]
    assert later.get("another") == bytes(68)


def test_a_user_without_a_home_shares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    SHARING.begin()
    assert SHARING.folder is None


@pytest.mark.slow
@pytest.mark.protects("compiling/shared-units")
def test_the_command_shares_units_between_its_processes_and_nothing_else_does(tmp_path: Path) -> None:
    project = tmp_path / "sine"
    project.mkdir()
    for name, data in template("sine").items():
        (project / name).write_bytes(data)
    assert SHARING.folder is None
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "rune.tools.cli", "build", str(project), "-o"]
    for name in ("first", "second"):
        subprocess.run([*command, str(tmp_path / name)], env=environment, check=True)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    assert any((tmp_path / "cache" / "rune" / "objects").iterdir())
