"""The ways of a system to let a process yield, as the kernel shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.compute.scheduler.yielding import YieldsBy, YieldsToNobody, yields_by
from rune.isolation.linux import is_linux

pytestmark = pytest.mark.skipif(not is_linux(), reason="elsewhere nothing yields")

SERVER = 7


class BusyMachine:
    """Files as the kernel shows them."""

    def __init__(self, folder: Path, *, group: str = "0::/", nice: str = "0", autogroup: str = "1") -> None:
        self.proc, self.groups = folder / "proc", folder / "groups"
        of_server = self.proc / str(SERVER)
        of_server.mkdir(parents=True)
        self.groups.mkdir()
        (of_server / "cgroup").write_text(f"{group}\n")
        (of_server / "limits").write_text(
            "Limit                     Soft Limit           Hard Limit           Units     \n"
            f"Max nice priority         {nice:20} {nice:20}           \n"
        )
        (self.proc / "sys/kernel").mkdir(parents=True)
        (self.proc / "sys/kernel/sched_autogroup_enabled").write_text(f"{autogroup}\n")

    def share_processor_by(self, group: str) -> None:
        folder = self.groups / group
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cpu.weight").write_text("100\n")

    def yields_by(self) -> YieldsBy:
        return yields_by(SERVER, self.proc, self.groups)


def test_outside_of_control_groups_the_priority_of_sessions_counts(tmp_path: Path) -> None:
    assert BusyMachine(tmp_path).yields_by() is YieldsBy.SESSIONS


def test_in_a_container_that_may_raise_priorities_again_those_of_processes_count(tmp_path: Path) -> None:
    machine = BusyMachine(tmp_path, nice="20")
    machine.share_processor_by(".")
    assert machine.yields_by() is YieldsBy.PROCESSES


@pytest.mark.protects("availability/streams-of-questions")
def test_in_a_container_that_may_not_nobody_yields_and_it_is_told(tmp_path: Path) -> None:
    machine = BusyMachine(tmp_path, nice="0")
    machine.share_processor_by(".")
    with pytest.raises(YieldsToNobody, match=r"\(RLIMIT_NICE\) must be 20, and it is 0"):
        machine.yields_by()


def test_a_share_of_the_slice_around_a_unit_counts_as_its_own(tmp_path: Path) -> None:
    machine = BusyMachine(tmp_path, group="0::/system.slice/forge.service")
    machine.share_processor_by("system.slice")
    with pytest.raises(YieldsToNobody, match="control group"):
        machine.yields_by()


def test_control_groups_of_the_first_version_know_no_sessions_either(tmp_path: Path) -> None:
    with pytest.raises(YieldsToNobody, match="control group"):
        BusyMachine(tmp_path, group="4:cpu,cpuacct:/docker/7").yields_by()


def test_a_system_without_sessions_is_named(tmp_path: Path) -> None:
    with pytest.raises(YieldsToNobody, match=r"kernel\.sched_autogroup_enabled"):
        BusyMachine(tmp_path, autogroup="0").yields_by()
