"""Priorities of sessions and of their processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from forge.compute.priority import USUAL, YIELDING, set_priority

LOWER_AND_RAISE = (
    "import os, resource, sys; from forge.compute.priority import *\n"
    "resource.setrlimit(resource.RLIMIT_NICE, (int(sys.argv[1]),) * 2)\n"
    "os.setpgid(0, 0)\n"
    "for priority in (YIELDING, USUAL):\n"
    "    assert set_priority(os.getpid(), priority)\n"
    "    print(os.getpriority(os.PRIO_PROCESS, 0))"
)


@pytest.mark.parametrize(("limit", "seen"), [(20, [YIELDING, USUAL]), (19, [USUAL, USUAL])])
def test_a_process_is_lowered_where_it_may_be_raised_again(limit: int, seen: list[int]) -> None:
    if os.getpriority(os.PRIO_PROCESS, 0) != USUAL:
        pytest.skip("these tests run at a lower priority themselves")
    if os.geteuid() != 0:
        pytest.skip("only root gives itself a limit of the priority")
    command = [sys.executable, "-c", LOWER_AND_RAISE, str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert list(map(int, done.stdout.split())) == seen


def test_a_process_that_ended_has_no_priority_to_set() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], start_new_session=True) as ended:
        ended.wait()
        assert set_priority(ended.pid, YIELDING)
