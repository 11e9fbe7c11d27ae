"""The kernel's limit of memory in total, on a machine with control groups of version 2 that are delegated.

The machine is User Mode Linux, a kernel that runs as a program, on this machine's files. It writes nothing there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.proof

Record = Callable[[str, object], None]
KERNEL = shutil.which("linux.uml") or shutil.which("linux")
LONGEST = 900.0
"""Seconds. Each call of the system costs much there."""
FIRST_PROCESS = """#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir /sys/fs/cgroup/forge
echo "+memory +pids" > /sys/fs/cgroup/cgroup.subtree_control
cd {repository}
{python} -c 'import os; os.setxattr("/sys/fs/cgroup/forge", "trusted.delegate", b"1")'
echo $$ > /sys/fs/cgroup/forge/cgroup.procs
uname -r
{python} -m pytest -q -p no:cacheprovider -p no:xdist tests/forge/compute/test_control_groups.py
echo "ended with $?"
halt -f
"""


@pytest.mark.protects("compiling/resources")
@pytest.mark.skipif(KERNEL is None, reason="it needs Debian's package user-mode-linux")
def test_the_kernel_holds_a_job_with_all_its_processes_to_one_limit_of_memory(
    tmp_path: Path, record_property: Record
) -> None:
    assert KERNEL is not None
    first = tmp_path / "first-process"
    first.write_text(FIRST_PROCESS.format(repository=REPOSITORY, python=sys.executable))
    first.chmod(0o755)
    machine = ["root=none", "rootfstype=hostfs", "hostfs=/", "ro", "mem=3G", "con=null", "con0=null,fd:1"]
    result = subprocess.run(
        [KERNEL, *machine, f"init={first}"], stdout=subprocess.PIPE, text=True, timeout=LONGEST, check=False
    )
    assert "2 passed" in result.stdout, result.stdout[-6000:]
    assert "ended with 0" in result.stdout
    record_property("kernel", next(line for line in result.stdout.splitlines() if line[:2] in ("5.", "6.", "7.")))
