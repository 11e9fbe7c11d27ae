"""Says which files changed between two versions of a project, for the owners that a `forge.yml` names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.builds.evaluations.limits import policy_of
from forge.builds.models import Build
from forge.projects.models import Version
from rune.source.policy import Policy

Files = Mapping[str, Mapping[str, Any]]


def files_of(version: Version | None) -> Files:
    """The files of a version by path; none where it no longer exists, so that all of another's count as changed."""
    return {} if version is None else version.manifest


def changed_paths(before: Files, after: Files) -> tuple[str, ...]:
    """The paths that were added, removed or have other bytes."""
    paths = before.keys() | after.keys()
    return tuple(sorted(path for path in paths if _digest(before, path) != _digest(after, path)))


def is_judged_alike(build: Build, other: Build) -> bool:
    """Returns whether an approval of one build of some bytes counts for the other: both have the same `forge.yml`, and
    no file that has an owner differs."""
    policy = policy_of(build)
    if policy != policy_of(other):
        return False
    owned_paths = (policy or Policy()).paths_by_owner(changed_paths(files_of(other.version), files_of(build.version)))
    return not owned_paths


def _digest(files: Files, path: str) -> object:
    return files[path]["digest"] if path in files else None
