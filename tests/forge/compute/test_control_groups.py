"""A process that computes, held by the kernel with all that it starts, where a control group is delegated to the tests.

`tests/proof/servers/test_control_groups.py` runs these on a machine that has.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge.compute.errors import ChildDied
from forge.compute.pool import guard
from rune.isolation.control_group import NotDelegated, delegated_to
from rune.isolation.protections import Protection
from tests.forge.compute.attacked import Attacked


def _is_delegated() -> bool:
    try:
        delegated_to(os.getpid())
    except NotDelegated:
        return False
    return True


pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not _is_delegated(), reason="no control group is delegated to the tests"),
]


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server looks at its processes so seldom that only the kernel can be what ends one."""
    monkeypatch.setattr(guard, "EVERY", 3600.0)


@pytest.mark.protects("compiling/resources")
def test_a_job_whose_processes_take_too_much_together_is_ended_by_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MEMORY_LIMIT", 200 << 20)
    with Attacked(tmp_path / "work") as compiler:
        compiler.do("nothing")
        assert compiler.isolation is not None
        assert compiler.isolation.missing.isdisjoint({Protection.MEMORY_TOTAL, Protection.PROCESS_COUNT})
        with pytest.raises(ChildDied, match="more than 210 MB of memory"):
            compiler.do("bomb", processes=6, megabytes=40)


def test_what_is_within_the_limit_in_each_process_and_in_all_goes_on(tmp_path: Path) -> None:
    with Attacked(tmp_path / "work") as compiler:
        assert compiler.do("nothing") == {}
        group = Path("/proc", str(compiler.pid), "cgroup").read_text()
        assert "/computes-" in group
    own = delegated_to(os.getpid()).folder
    assert list(own.glob("computes-*")) == [], "each group goes with its process"
