"""The parts of isolation that can be looked at without starting a process."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from rune.isolation import seccomp
from rune.isolation.linux import is_linux
from rune.isolation.probe import probe
from rune.isolation.protections import Gap, Isolation, Protection, isolation_from_json
from rune.isolation.system_calls import CLONE3, STARTS_PROGRAMS, numbers

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
SAME_UNDER_ANOTHER_NAME = {"newfstatat": "fstatat", "fadvise64": "fadvise64"}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_numbers_of_calls_are_those_of_the_kernels_headers(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip("the headers of the kernel are not installed")
    header = HEADERS[machine].read_text()
    calls = {name: int(number) for name, number in re.findall(r"#define __NR_(?:3264_)?(\w+)\s+(\d+)", header)}
    calls |= {name: int(number) for name, number in re.findall(r"#define __NR3264_(\w+)\s+(\d+)", header)}
    wrong = {
        name: (number, expected)
        for name, number in numbers(machine).items()
        if (expected := calls.get(SAME_UNDER_ANOTHER_NAME.get(name, name), calls.get(name))) != number
    }
    assert wrong == {}
    assert calls["clone3"] == CLONE3


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_filter_has_no_call_that_leads_out(machine: str) -> None:
    calls = set(numbers(machine))
    forbidden = (
        "socket connect bind ptrace process_vm_readv mount unshare setns bpf perf_event_open userfaultfd keyctl "
    )
    forbidden += "io_uring_setup kexec_load init_module chmod fchmodat chown setuid setsid pidfd_getfd execveat sendmsg"
    assert calls.isdisjoint(forbidden.split())
    without = seccomp.program(machine, starts_programs=False)
    assert len(without) % 8 == 0
    assert without != seccomp.program(machine)
    assert set(numbers(machine)) >= STARTS_PROGRAMS


def test_numbers_are_compared_by_runs() -> None:
    assert seccomp.runs([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert seccomp.runs([4]) == [(4, 4)]


def test_what_is_missing_is_told_by_name_and_reason() -> None:
    isolation = Isolation((Gap(Protection.LANDLOCK, "the kernel has none"),))
    assert isolation_from_json(isolation.to_json()) == isolation
    assert isolation.missing == {Protection.LANDLOCK}
    assert Protection.LANDLOCK not in isolation.in_force
    assert isolation.has_own_tree
    with pytest.raises(ValueError, match="walls"):
        isolation_from_json({"walls": "none"})


@pytest.mark.slow
@pytest.mark.skipif(not is_linux(), reason="only Linux has the means")
def test_a_probe_says_of_each_protection_whether_it_is_there() -> None:
    report = probe(os.getpid())
    assert set(report.in_force) | report.missing == set(Protection)
