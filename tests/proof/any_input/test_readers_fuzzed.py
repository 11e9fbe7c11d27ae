"""Coverage-guided fuzzing of the readers of foreign bytes: ten minutes each, and only their one error is raised."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.proof.any_input.seeds import seeds
from tests.support.packed import read_packed
from tests.support.readers import READERS, corpus

pytestmark = pytest.mark.proof
ROOT = Path(__file__).parents[3]
SECONDS = int(os.environ.get("FORGE_FUZZ_SECONDS", "600"))
_STATISTIC = re.compile(r"stat::(?P<name>\w+):\s+(?P<value>\d+)")
_COVERED = re.compile(r"cov: (?P<places>\d+)")


@pytest.mark.parametrize("reader", READERS)
def test_what_a_fuzzer_finds_is_read_or_refused(
    reader: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: it has no package for this machine or this Python")
    new_inputs, good = tmp_path / "found", tmp_path / "seeds"
    new_inputs.mkdir()
    good.mkdir()
    for data in (*seeds(reader), *read_packed(corpus(reader)).values()):
        (good / sha256(data).hexdigest()).write_bytes(data)
    command = [sys.executable, "-m", "tests.proof.any_input.fuzz", reader, str(new_inputs), str(good)]
    limits = [f"-max_total_time={SECONDS}", "-max_len=4096", "-timeout=10", "-rss_limit_mb=1024"]
    run = subprocess.run(
        [*command, *limits, "-print_final_stats=1", f"-artifact_prefix={tmp_path}/"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=SECONDS + 300,
        check=False,
    )
    crashes = [path for path in tmp_path.glob("*-*") if path.is_file()]
    what = f"{crashes[0].read_bytes()!r}\n" if crashes else ""
    assert run.returncode == 0, f"{what}{run.stdout[-3000:]}{run.stderr[-3000:]}"
    statistics = {match["name"]: match["value"] for match in _STATISTIC.finditer(run.stderr)}
    coverage = [int(match["places"]) for match in _COVERED.finditer(run.stderr)]
    record_property("seconds of fuzzing", SECONDS)
    record_property("inputs", statistics.get("number_of_executed_units", "0"))
    record_property("most places of code reached", max(coverage, default=0))
    assert coverage, "the fuzzer reached nothing"
