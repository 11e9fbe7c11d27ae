"""The effect of promoting a deployment, and the judgement of the gate on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.builds.artefacts.comparison_source import figures_of, side_of
from forge.builds.models import Build
from forge.builds.pages.changes import change_sentences
from forge.comparison.changes import compare
from forge.deployments.models import Deployment, Release
from forge.deployments.releases.gate import missing_for, unmet_demands
from forge.registry.models import Publication
from forge.registry.tags.access import override_of


@dataclass(frozen=True)
class Promotion:
    """The effect of promoting a deployment now."""

    source: Deployment
    offered_release: Release
    """The release that the source serves."""
    before: Release
    is_pending: bool
    """Whether both serve different runes. If not, the fields below are empty."""
    missing: Sequence[str] = ()
    """The obstacles to serving it, as sentences."""
    override: Publication | None = None
    """How an owner published it past its gate, where it lacks something all the same: that is no obstacle."""
    unmet: Sequence[str] = ()
    """The shortcomings of the release then, as sentences."""
    changes: Sequence[str] = ()
    """The differences from `before`, as sentences."""


def promotion_of(deployment: Deployment) -> Promotion | None:
    """The promotion of a deployment that `forge.deployments.access` returned, or None if it has no source."""
    source = deployment.promoted_from
    if source is None:
        return None
    before, offered_release = deployment.releases.all()[0], source.releases.all()[0]
    if before.digest == offered_release.digest:
        return Promotion(source, offered_release, before, is_pending=False)
    missing = missing_for(offered_release.build, offered_release.digest)
    changes = _changes(before.build, offered_release.build)
    override = None if missing else override_of(offered_release.build)
    unmet = () if override is None else unmet_demands(offered_release.build)
    return Promotion(source, offered_release, before, True, missing, override if unmet else None, unmet, changes)


def _changes(before: Build, build: Build) -> Sequence[str]:
    if before.artefact is None or build.artefact is None:
        return ()
    return change_sentences(compare(side_of(before), side_of(build)), figures_of(build), figures_of(before))
