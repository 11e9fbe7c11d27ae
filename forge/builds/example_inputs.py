"""The recordings that a version brings along as example inputs: those beside its Runefile and in its folder `examples`.

A page that runs a build plays the first one, so that there is an answer before anyone does anything. Anybody who may
run the build's rune may have those of the folder, and the others where the project shares its files. A sample that a
person sent is in another folder and never an example.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from forge.builds.models import Build
from forge.core.errors import NotFound
from forge.projects.models import Version, Visibility
from forge.projects.versions.store import Manifest, available_files, working_tree
from rune.capabilities import CAPABILITIES

FOLDER = "examples/"
MOST = 6
LARGEST = 8 * 1024 * 1024
"""Bytes of one that is played: a larger recording is a file of the project like any other."""
_ENDINGS = tuple(
    {ending for each in CAPABILITIES.values() if each.recording is not None for ending in each.endings},
)


def examples_in(version: Version) -> Manifest:
    """The examples of a version, with their digests and sizes, in the order in which they are offered."""
    if not any(_is_example(path) for path in version.manifest):
        return {}
    return _example_files(available_files(version))


def examples_of(build: Build) -> Manifest:
    """The examples of what a build was made from; those of the project's files as they are now, for a preview."""
    return _example_files(working_tree(build.project).manifest) if build.version is None else examples_in(build.version)


def examples_for_others(build: Build) -> Manifest:
    """The examples for who runs the rune and may not read the project's files: those of the folder, unless the files
    are shared."""
    project = build.project
    files_are_shared = project.shares_files and project.visibility == Visibility.PUBLIC
    every = examples_of(build)
    return {path: facts for path, facts in every.items() if files_are_shared or path.startswith(FOLDER)}


def described_example(examples: Manifest, path: str) -> Mapping[str, Any]:
    """An example's digest and size. Raises `NotFound` for other files."""
    if path not in examples:
        raise NotFound(f"There is no example input {path}.")
    return examples[path]


def member_examples(build: Build) -> str:
    """The examples for who reads the project's files, as a page gives them to the player."""
    base = f"/api/v1/projects/{build.project.full_name}/"
    files = "files/" if build.version is None else f"versions/{build.version.number}/files/"
    return examples_json(base + files, examples_of(build))


def _example_files(files: Manifest) -> Manifest:
    paths = sorted(path for path in files if _is_example(path) and files[path]["size"] <= LARGEST)
    return {path: files[path] for path in paths[:MOST]}


def examples_json(base: str, paths: Iterable[str]) -> str:
    """Returns paths and their addresses as JSON for the attribute `data-examples`; "" without paths."""
    rows = [{"path": path, "url": f"{base}{quote(path)}"} for path in paths]
    return json.dumps(rows) if rows else ""


def _is_example(path: str) -> bool:
    return "/" not in path.removeprefix(FOLDER) and path.lower().endswith(_ENDINGS)
