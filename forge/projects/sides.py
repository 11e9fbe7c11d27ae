"""A project's versions, and its files as they are now, as `forge.comparison` compares them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from forge.comparison.sides import ModelFacts, Side, read_outline
from forge.projects.hooks import file_summaries
from forge.projects.models import Project, Version
from forge.projects.versions import Manifest, given_files, working_tree


def side_of_now(project: Project) -> Side:
    """The files as they are."""
    seen = working_tree(project)
    return _side(project.organisation_id, seen.manifest, seen.file_ids, seen.manifest, seen.texts)


def side_of_version(version: Version) -> Side:
    """The files of a version."""
    return _side(version.project.organisation_id, version.manifest, version.file_ids, given_files(version), {})


def _side(
    organisation: UUID,
    manifest: Manifest,
    file_ids: Mapping[str, str],
    summarised: Manifest,
    texts: Mapping[str, bytes],
) -> Side:
    """With the summary of the files; where it took too long, only the files are compared."""
    answers = file_summaries.call(organisation, summarised, texts)
    found = {key: value for answer in answers for key, value in answer.items()}
    if "error" in found or "outline" not in found:
        return Side(manifest, file_ids)
    return Side(
        manifest,
        file_ids,
        read_outline(found["outline"]),
        is_broken=found["errors"] > 0,
        models={path: ModelFacts(facts) for path, facts in found["models"].items()},
    )
