"""The training section of a `forge.yml`, and the text with the model of a run in use. Pure functions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forge.projects.models import Project
from forge.projects.versions.store import working_tree
from rune.project.files import MemoryFiles
from rune.source.policy import POLICY_FILE, LimitKind, check_policy
from rune.source.policy.sections.training import Training

LONGEST_POLICY = 64 * 1024
"""Bytes of a `forge.yml` that is read while a page waits."""
DATA_FOLDER = "data"
"""The folder to which `rune data pull` writes the samples."""
_TOP_LEVEL = re.compile(r"[^\s#\-].*")


@dataclass(frozen=True)
class DeclaredTraining:
    """The declared training of the model in `forge.yml`, or None; and its limits: the accuracy as a share, others by
    target and name."""

    training: Training | None
    accuracy: float | None
    of_targets: Mapping[str, Mapping[str, float]]


NOTHING = DeclaredTraining(None, None, {})


def read_declared(text: bytes | None) -> DeclaredTraining:
    """Returns the training section of the text of a `forge.yml`; empty if there is none, or it has errors."""
    if text is None or len(text) > LONGEST_POLICY:
        return NOTHING
    result = check_policy(MemoryFiles({POLICY_FILE: text}))
    if result.has_errors:
        return NOTHING
    accuracy: float | None = None
    of_targets: dict[str, dict[str, float]] = {}
    for limit in result.policy.limits if result.policy is not None else ():
        if limit.kind is LimitKind.ACCURACY:
            accuracy = limit.bound
        elif limit.kind.is_of_target and limit.label is not None:
            of_targets.setdefault(limit.label, {})[limit.kind.value] = limit.bound
    return DeclaredTraining(result.training, accuracy, of_targets)


def declared_of(project: Project) -> DeclaredTraining:
    """Returns the training section of a project's current `forge.yml`. The caller may read the project."""
    return read_declared(working_tree(project).texts.get(POLICY_FILE))


def training_block(
    recipe: str,
    model: str,
    form: str,
    seed: int,
    arguments: Mapping[str, Any],
    *,
    backbone: str = "",
    teacher: str = "",
    start: str = "",
) -> str:
    """The section `training` as text. Arguments are numbers."""
    lines = ["training:", f"  recipe: {recipe}", f"  data: {DATA_FOLDER}", f"  model: {json.dumps(model)}"]
    lines += [f"  backbone: {json.dumps(backbone)}"] if backbone else []
    lines += [f"  teacher: {json.dumps(teacher)}"] if teacher else []
    lines += [f"  start: {json.dumps(start)}"] if start else []
    lines += [f"  quantize: {form}", f"  seed: {seed}", "  arguments:"]
    lines += [f"    {name}: {value!r}" for name, value in arguments.items()]
    return "\n".join(lines) + "\n"


def with_section(text: str, key: str, block: str) -> str:
    """The text of a `forge.yml` with a block in place of a key of the top level, or at its end. All else stays."""
    lines = text.splitlines(keepends=True)
    start = next((place for place, line in enumerate(lines) if re.match(rf"{re.escape(key)}\s*:", line)), None)
    if start is None:
        separator = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{separator}{block}"
    end = start + 1
    while end < len(lines) and not _TOP_LEVEL.match(lines[end]):
        end += 1
    # Empty lines and comments in front of the next key belong to that.
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return "".join([*lines[:start], block, *lines[end:]])
