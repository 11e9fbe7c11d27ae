"""The recordings that a version brings along as example inputs: those beside its Runefile and in its folder `examples`.

A page that runs a build plays the first one, so that there is an answer before anyone does anything. A sample that a
person sent is in another folder and never an example.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

from forge.projects.models import Version
from forge.projects.versions.store import available_files
from rune.capabilities import CAPABILITIES

FOLDER = "examples/"
MOST = 6
LARGEST = 8 * 1024 * 1024
"""Bytes of one that is played: a larger recording is a file of the project like any other."""
_ENDINGS = tuple(
    {ending for each in CAPABILITIES.values() if each.recording is not None for ending in each.endings},
)


def example_paths(version: Version) -> tuple[str, ...]:
    """The paths of the examples, in the order in which they are offered."""
    if not any(_is_example(path) for path in version.manifest):
        return ()
    files = available_files(version)
    return tuple(sorted(path for path in files if _is_example(path) and files[path]["size"] <= LARGEST))[:MOST]


def member_examples(version: Version) -> str:
    """The examples for who reads the project's files, as a page gives them to the player."""
    base = f"/api/v1/projects/{version.project.full_name}/versions/{version.number}/files/"
    return examples_json(base, example_paths(version))


def examples_json(base: str, paths: Iterable[str]) -> str:
    """Paths with their addresses, for the attribute `data-examples`; "" where there are none."""
    rows = [{"path": path, "url": f"{base}{quote(path)}"} for path in paths]
    return json.dumps(rows) if rows else ""


def _is_example(path: str) -> bool:
    return "/" not in path.removeprefix(FOLDER) and path.lower().endswith(_ENDINGS)
