"""The pipeline of a trial, with marks of the differences from that of the project."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import caches

from forge.builds.pages.pipeline_picture import (
    DrawnPipeline,
    PictureLegend,
    drawn_pipeline,
    legend_of,
    marks_of,
    with_removed,
)
from forge.comparison.changes import compare
from forge.learning.searches.models import SearchTrial
from forge.projects.models import Project
from forge.projects.versions.comparison_source import snapshot_of_tree
from forge.projects.versions.store import working_tree
from rune.source.runefile import outline_to_json


@dataclass(frozen=True)
class TrialPipeline:
    """The drawing; `pipeline` is None where the trial's files cannot be read."""

    pipeline: DrawnPipeline | None
    legend: tuple[PictureLegend, ...]


def trial_pipeline(project: Project, trial: SearchTrial) -> TrialPipeline | None:
    """The pipeline that a change request with this trial would give; None for a trial whose files were not kept.
    Cached as long as the files of the project are the same."""
    if not trial.files:
        return None
    tree = working_tree(project)
    key = f"trial:{trial.pk}:{tree.digest}"
    cached_pipeline: TrialPipeline | None = caches["process"].get(key)
    if cached_pipeline is not None:
        return cached_pipeline
    offered_tree = tree
    for path, digest in trial.files.items():
        offered_tree = offered_tree.with_blob(path, digest, trial.sizes[path])
    comparison = compare(snapshot_of_tree(project, tree), after := snapshot_of_tree(project, offered_tree))
    picture = None
    if after.outline is not None:
        outline = with_removed(outline_to_json(after.outline), comparison.pipeline)
        picture = drawn_pipeline(outline, marks_of(comparison.pipeline))
    pipeline = TrialPipeline(picture, legend_of(comparison.pipeline))
    caches["process"].set(key, pipeline)
    return pipeline
