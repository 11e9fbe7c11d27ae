"""A project's versions, and its files as they are now, as `forge.comparison` compares them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from forge.comparison.snapshots import ModelFacts, Snapshot, read_outline
from forge.core.blobs.store import read_blob
from forge.core.errors import Damaged, NotFound
from forge.projects.files.mounting import with_blocks
from forge.projects.hooks import file_summaries
from forge.projects.models import Project, Version
from forge.projects.versions.store import Manifest, WorkingTree, given_files, working_tree
from rune.source.runefile import Outline

LONGEST_TEXT = 64 * 1024
"""Bytes of a file that is compared line by line."""
MOST_TEXTS = 20
"""Files of one side that are read for a comparison."""


def side_of_now(project: Project) -> Snapshot:
    """The files as they are."""
    return side_of_tree(project, working_tree(project))


def side_of_tree(project: Project, seen: WorkingTree) -> Snapshot:
    """Files at one moment, of which nothing need be kept."""
    return _side(project, seen.manifest, seen.file_ids, seen.manifest, seen.texts)


def side_of_version(version: Version) -> Snapshot:
    """The files of a version."""
    return _side(version.project, version.manifest, version.file_ids, given_files(version), {})


def side_of_files(version: Version, manifest: Manifest) -> Snapshot:
    """Those files of a version that are in the manifest."""
    return _side(version.project, manifest, version.file_ids, manifest, {})


def _side(
    project: Project,
    manifest: Manifest,
    file_ids: Mapping[str, str],
    summarised: Manifest,
    texts: Mapping[str, bytes],
) -> Snapshot:
    """With the summary of the files; where it took too long, only the files are compared."""
    summaries = file_summaries.call(project.organisation_id, with_blocks(project, summarised, texts), texts)
    found = {key: value for summary in summaries for key, value in summary.items()}
    if "error" in found or "outline" not in found:
        return Snapshot(manifest, file_ids)
    outline = read_outline(found["outline"])
    return Snapshot(
        manifest,
        file_ids,
        outline,
        is_broken=found["errors"] > 0,
        models={path: ModelFacts(facts) for path, facts in found["models"].items()},
        texts=argument_texts(outline, summarised, texts),
    )


def argument_texts(outline: Outline, manifest: Manifest, texts: Mapping[str, bytes]) -> dict[str, str]:
    """What the files say that arguments name, by path: labels, settings. Of `texts`, else of the blobs of `manifest`.

    A file that is large, no text, damaged, or not there any more is left out.
    """
    named = {argument.file for node in outline.nodes for argument in node.arguments or () if argument.file is not None}
    found = {}
    for path in sorted(named & manifest.keys())[:MOST_TEXTS]:
        if manifest[path]["size"] <= LONGEST_TEXT:
            with suppress(UnicodeDecodeError, NotFound, Damaged):
                data = texts[path] if path in texts else read_blob(manifest[path]["digest"])
                found[path] = data.decode("utf-8")
    return found
