"""The entries of a list of builds: accuracy, and the changes since the previous build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from forge.builds.evaluations.model_quality import quality_of_build
from forge.builds.models import Build
from forge.comparison.changes import compare
from forge.comparison.sentences import sentences
from forge.comparison.snapshots import Snapshot, read_outline

FIRST = "The first build"
IDENTICAL = "The same files"


@dataclass(frozen=True)
class BriefChange:
    """The first sentence of what changed, and how many more there are."""

    text: str
    more: int = 0


def accuracy_of(build: Build) -> str:
    """Returns the accuracy of the build on test recordings as a sentence; empty where it read none."""
    quality = quality_of_build(build)
    return "" if quality is None else quality.sentence


def brief_changes(builds: Sequence[Build], earlier: Build | None) -> Mapping[UUID, BriefChange]:
    """Returns the changes of each successful build since the previous one of the project's files, by build.

    `builds` are the newest first, and `earlier` the one that succeeded before all of them. Files that arguments name,
    such as labels, are described by their names: their texts are read on a build's own page.
    """
    changes: dict[UUID, BriefChange] = {}
    before = earlier
    for build in reversed(builds):
        if build.artefact is None or not build.is_over:
            continue
        changes[build.pk] = _brief(build, before)
        # A change request's result is compared, and nothing is compared with it.
        before = before if build.change_request else build
    return changes


def _brief(build: Build, before: Build | None) -> BriefChange:
    if before is None:
        return BriefChange(FIRST)
    changes = sentences(compare(_snapshot(before), _snapshot(build)))
    return BriefChange(changes[0], len(changes) - 1) if changes else BriefChange(IDENTICAL)


def _snapshot(build: Build) -> Snapshot:
    assert build.artefact is not None  # noqa: S101 (builds that succeeded)
    version = build.source
    return Snapshot(version.manifest, version.file_ids, read_outline(build.artefact.report["pipeline"]))
