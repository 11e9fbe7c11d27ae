"""Runes in the runtime of pages, under Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout
from rune.watch.record import counts_from_json
from tests.conftest import REPOSITORY

_PROGRAM = Path(__file__).with_name("page_runtime.ts")
_ESBUILD = REPOSITORY / "frontend" / "node_modules" / ".bin" / "esbuild"


def page_runtime(folder: Path) -> Path:
    """The program, bundled once for Node."""
    if shutil.which("node") is None or not _ESBUILD.exists():
        pytest.skip("needs Node and the packages of the front end: make setup")
    bundle = folder / "page_runtime.mjs"
    options = ["--bundle", "--platform=node", "--format=esm", "--log-level=error", "--define:import.meta.env={}"]
    subprocess.run([_ESBUILD, _PROGRAM, *options, f"--outfile={bundle}"], check=True, timeout=120)
    return bundle


def counts_in_page_runtime(
    program: Path, rune: bytes, frames: Sequence[Sequence[bytes]], layout: WatchLayout
) -> tuple[Counts, Counts]:
    """The counts after all frames, and those that are taken right after."""
    folder = program.parent
    (folder / "counted.rune").write_bytes(rune)
    (folder / "frames.bin").write_bytes(b"".join(data for frame in frames for data in frame))
    sizes = [str(len(data)) for data in frames[0]]
    command = ["node", str(program), "counted.rune", "frames.bin", *sizes]
    output = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=300).stdout
    values: list[Any] = json.loads(output)
    first, second = (counts_from_json(value, layout) for value in values)
    return first, second
