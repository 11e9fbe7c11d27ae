"""Runes whose record is changed, and what verifying says of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from rune.abi import SectionName
from rune.assessment.verify.runes.rebuild import judge
from rune.assessment.verify.runes.rebuild_result import RebuildResult
from rune.assessment.verify.runes.verification import RuneVerification
from rune.assessment.verify.verification import Verification
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildResult
from rune.project.files import MemoryFiles
from rune.running.container import canonical_json, pack, read_rune
from tests.support.compiler.template_projects import template


def with_section(rune: bytes, name: str, payload: bytes) -> bytes:
    """The rune with another section of this name in its place."""
    sections = [each for each in read_rune(rune).sections if each.name is not None]
    module = rune[: sections[0].start]
    return pack(module, [(each.name or "", payload if each.name == name else bytes(each.payload)) for each in sections])


def with_version(rune: bytes, version: str = "0.0.9") -> bytes:
    """The rune, which says that another version made it."""
    return with_section(rune, SectionName.VERSION, canonical_json({"version": version}))


def with_graph(rune: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    graph = json.loads(json.dumps(read_rune(rune).graph))
    change(graph)
    return with_section(rune, SectionName.GRAPH, canonical_json(graph))


@cache
def digits() -> tuple[MemoryFiles, BuildResult]:
    files = MemoryFiles(template("digits"))
    return files, build(files, BuildOptions("digits"))


def judged(changed: bytes, result: BuildResult, toolchain: str | None = None) -> RebuildResult:
    return judge(changed, [result], toolchain)


def is_proven(rebuild: RebuildResult) -> bool:
    """Returns whether a verification whose runs found nothing wrong would call the rune right."""
    verification = Verification(rune=RuneVerification(20, 0, 100), rebuild=rebuild)
    return verification.is_within and verification.is_complete
