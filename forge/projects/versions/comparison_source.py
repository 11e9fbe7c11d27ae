"""A project's versions, and its files as they are now, as `forge.comparison` compares them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from forge.comparison.snapshots import ModelFacts, Snapshot, read_outline
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.projects.hooks import file_summaries
from forge.projects.models import Project, Version
from forge.projects.versions.mounting import with_blocks
from forge.projects.versions.store import Manifest, WorkingTree, available_files
from rune.source.runefile import Outline

MAX_TEXT_BYTES = 64 * 1024
"""Bytes of a file that is compared line by line."""
MAX_TEXTS = 20
"""Files of one side that are read for a comparison."""


def snapshot_of_tree(project: Project, tree: WorkingTree) -> Snapshot:
    """Files at one moment, of which nothing need be kept."""
    return _snapshot(project, tree.manifest, tree.file_ids, tree.manifest, tree.texts)


def snapshot_of_version(version: Version) -> Snapshot:
    """The files of a version."""
    return _snapshot(version.project, version.manifest, version.file_ids, available_files(version), {})


def snapshot_of_files(version: Version, manifest: Manifest) -> Snapshot:
    """Returns the files of a version that are in the manifest."""
    return _snapshot(version.project, manifest, version.file_ids, manifest, {})


def _snapshot(
    project: Project,
    manifest: Manifest,
    file_ids: Mapping[str, str],
    summarised_files: Manifest,
    texts: Mapping[str, bytes],
) -> Snapshot:
    """Returns the snapshot with the summary of the files; where that took too long, only the files are compared."""
    summaries = file_summaries.call(project.organisation_id, with_blocks(project, summarised_files, texts), texts)
    summary_parts = {key: value for summary in summaries for key, value in summary.items()}
    if "error" in summary_parts or "outline" not in summary_parts:
        return Snapshot(manifest, file_ids)
    outline = read_outline(summary_parts["outline"])
    return Snapshot(
        manifest,
        file_ids,
        outline,
        is_broken=summary_parts["errors"] > 0,
        models={path: ModelFacts(facts) for path, facts in summary_parts["models"].items()},
        texts=argument_texts(outline, summarised_files, texts),
    )


def argument_texts(outline: Outline, manifest: Manifest, texts: Mapping[str, bytes]) -> dict[str, str]:
    """Returns the files that arguments name, by path: labels, settings. Of `texts`, else of the blobs of `manifest`.

    A file that is large, no text, damaged, or not there any more is left out.
    """
    named_paths = {
        argument.file for node in outline.nodes for argument in node.arguments or () if argument.file is not None
    }
    contents = {}
    for path in sorted(named_paths & manifest.keys())[:MAX_TEXTS]:
        if manifest[path]["size"] <= MAX_TEXT_BYTES:
            with suppress(UnicodeDecodeError, NotFound, BytesDamaged):
                data = texts[path] if path in texts else read_blob(manifest[path]["digest"])
                contents[path] = data.decode("utf-8")
    return contents
