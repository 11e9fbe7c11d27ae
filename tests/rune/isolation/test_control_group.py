"""Says which part of the hierarchy of control groups is taken, and what is asked of the kernel there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rune.isolation.control_group import ControlGroup, DelegatedGroup, NotDelegated, delegated_at, enter

pytestmark = pytest.mark.skipif(not hasattr(os, "setxattr"), reason="only Linux has control groups")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """A group as systemd makes one for a unit, with the files that are written here; nothing is delegated."""
    unit = tmp_path / "system.slice/forge.service"
    unit.mkdir(parents=True)
    (unit / "cgroup.controllers").write_text("cpu memory pids\n")
    for name in ("cgroup.procs", "cgroup.subtree_control"):
        (unit / name).touch(0o400)
    return unit


def delegate(folder: Path) -> None:
    try:
        os.setxattr(folder, "user.delegate", b"1")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")


def test_a_group_that_nobody_delegated_is_left_alone(unit: Path, tmp_path: Path) -> None:
    with pytest.raises(NotDelegated, match="no control group is delegated"):
        delegated_at(unit, tmp_path)
    assert (unit / "cgroup.subtree_control").read_text() == ""


def test_the_group_of_the_unit_is_taken_also_from_a_group_in_it(unit: Path, tmp_path: Path) -> None:
    delegate(unit)
    (unit / "server").mkdir()
    assert delegated_at(unit, tmp_path) == delegated_at(unit / "server", tmp_path) == DelegatedGroup(unit)


def test_nothing_above_what_is_mounted_is_looked_at(unit: Path) -> None:
    delegate(unit.parent)
    with pytest.raises(NotDelegated):
        delegated_at(unit, unit)


def test_a_controller_that_was_not_delegated_is_named(unit: Path, tmp_path: Path) -> None:
    delegate(unit)
    (unit / "cgroup.controllers").write_text("cpu pids\n")
    with pytest.raises(NotDelegated, match="has no memory"):
        delegated_at(unit, tmp_path)


def test_who_is_in_the_delegated_group_itself_is_moved_since_limited_groups_need_that(unit: Path) -> None:
    (unit / "cgroup.procs").chmod(0o600)
    (unit / "cgroup.procs").write_text("7\n")
    (unit / "cgroup.subtree_control").chmod(0o600)
    DelegatedGroup(unit).prepare()
    assert (unit / "server/cgroup.procs").read_text() == "7"
    assert (unit / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_groups_that_a_killed_server_left_are_removed(unit: Path) -> None:
    (unit / "computes-left").mkdir()
    (unit / "computes-in-use").mkdir()
    (unit / "computes-in-use" / "a-process").touch()
    DelegatedGroup(unit).prepare()
    assert [group.name for group in unit.glob("computes-*")] == ["computes-in-use"]


def test_a_group_ends_all_of_its_processes_when_its_memory_is_used_up(unit: Path) -> None:
    group = DelegatedGroup(unit).new_group("one", memory=1 << 20, processes=7)
    limits = {path.name: path.read_text() for path in group.folder.iterdir()}
    assert limits == {"memory.max": "1048576", "memory.swap.max": "0", "memory.oom.group": "1", "pids.max": "7"}


def test_a_process_enters_by_a_descriptor(tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").touch()
    enter(ControlGroup(tmp_path).open_entrance())
    assert (tmp_path / "cgroup.procs").read_text() == "0"


@pytest.mark.parametrize(("kills", "expected"), [("0", False), ("3", True)])
def test_the_kernel_tells_whether_memory_was_the_reason(kills: str, expected: bool, tmp_path: Path) -> None:
    (tmp_path / "memory.events").write_text(f"low 0\noom 1\noom_kill {kills}\n")
    assert ControlGroup(tmp_path).ran_out_of_memory is expected
