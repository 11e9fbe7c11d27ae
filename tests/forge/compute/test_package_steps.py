"""Packages made in the compiler's process, for real: confined as it is, it emulates cores too."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from forge.compute.child.job_file import JobFile
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.toolchain import TOOLCHAIN
from rune.compiler.building.spec import BuildSpec, SpecOptions
from rune.devices.emulation.cores import CORES
from rune.devices.emulation.running import missing_package

OWNER = uuid4()
RUNEFILE = (
    "version: 1\nimage: runicos/base\npipeline:\n  number:\n    capability: RAW\n    outputs:\n      - type: F32\n"
    "        dimensions: [1, 4]\n  normal:\n    proc-block: hotg-ai/rune#proc_blocks/normalize\n"
    "    inputs:\n      - number\n"
    "    outputs:\n      - type: F32\n        dimensions: [1, 4]\n"
    "  out:\n    out: SERIAL\n    inputs:\n      - normal\n"
)


def run(compiler: Compiler, target: str, steps: list[str], rune: JobFile | None = None) -> dict[str, Any]:
    """The answers by event."""
    spec = BuildSpec("sha256:0", TOOLCHAIN, target, SpecOptions("a")).to_json()
    answers: list[dict[str, Any]] = []
    compiler.run(
        {"op": "make", "spec": spec, "steps": steps},
        lambda answer: answers.append(dict(answer)),
        owner=OWNER,
        files={"Runefile.yml": JobFile("sha256:0", text=RUNEFILE)},
        rune=rune,
        limit=60,
    )
    return {each["event"]: each for each in answers}


@pytest.fixture
def rune(compiler: Compiler, tmp_path: Path) -> Iterator[JobFile]:
    run(compiler, "wasm32", ["check", "compile"])
    rune_file = tmp_path / "a.rune"
    rune_file.write_bytes(compiler.output.read_bytes())
    with rune_file.open("rb") as file:
        yield JobFile("sha256:1", descriptor=file.fileno())


@pytest.mark.proof
@pytest.mark.protects("compiling/emulators")
def test_a_package_is_made_and_counted(compiler: Compiler, rune: JobFile) -> None:
    answers = run(compiler, "cortex-m4", ["package", "count"], rune)
    assert answers["built"]["report"]["target"] == "cortex-m4"
    with zipfile.ZipFile(io.BytesIO(compiler.output.read_bytes())) as archive:
        assert "rune_a/lib/librune_a.a" in archive.namelist()
        assert json.loads(archive.read("rune_a/report.json"))["self_test"]["runs"] == 2
    needs = answers["counted"]["needs"]
    if missing_package(CORES["cortex-m4"]) is None:
        assert needs["not_measured"] is None
        assert needs["instructions"] > 100
        assert "normal" in [each["stage"] for each in needs["stages"]]
    else:
        assert needs["missing"] in needs["not_measured"]
        assert needs["instructions"] is None
    # A target that nobody emulates is planned, and says so.
    plan = run(compiler, "c", ["count"], rune)["counted"]["needs"]
    assert plan["instructions"] is None
    assert plan["not_measured"]
    assert plan["missing"] is None


def test_a_package_of_no_rune_is_refused(compiler: Compiler) -> None:
    answers = run(compiler, "c", ["package", "count"])
    assert "no longer exists" in answers["failed"]["error"]
    assert "built" not in answers
