"""Priorities of sessions and of their processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from forge.compute.scheduler.priority import USUAL, YIELDING, set_priority

# Root may raise a priority whatever the limit says, so that it can be tried without setting the limit.
LOWER_AND_RAISE = (
    "import os, resource, sys; from forge.compute.scheduler.priority import *\n"
    "resource.getrlimit = lambda kind: (int(sys.argv[1]),) * 2\n"
    "os.setpgid(0, 0)\n"
    "for priority in (YIELDING, USUAL):\n"
    "    assert set_priority(os.getpid(), priority)\n"
    "    print(os.getpriority(os.PRIO_PROCESS, 0))"
)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root raises priorities without a limit")
@pytest.mark.parametrize(("limit", "priorities"), [(20, [YIELDING, USUAL]), (19, [USUAL, USUAL])])
def test_a_process_is_lowered_where_it_may_be_raised_again(limit: int, priorities: list[int]) -> None:
    command = [sys.executable, "-c", LOWER_AND_RAISE, str(limit)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    now = os.getpriority(os.PRIO_PROCESS, 0)  # these tests may run at another than the usual one
    assert list(map(int, result.stdout.split())) == [now if limit < 20 else priority for priority in priorities]


def test_a_process_that_ended_has_no_priority_to_set() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], start_new_session=True) as process:
        process.wait()
        assert set_priority(process.pid, YIELDING)
