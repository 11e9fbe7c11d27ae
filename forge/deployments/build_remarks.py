"""Remarks on a build that is served or offered: it was published past its gate, or somebody wants it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from forge.deployments.models import Deployment, Release
from forge.registry.hooks import Clearance, clearances_of
from forge.registry.models import Publication, Tag
from forge.registry.tags.access import overrides_of, rejected_among


@dataclass(frozen=True)
class BuildRemarks:
    """The remarks of the project's people on a build, as of now."""

    override: Publication | None = None
    """How an owner published it past its gate; None if nobody did."""
    is_rejected: bool = False
    """Whether somebody wants it changed."""

    @property
    def remark(self) -> str:
        """The text behind its name where it is chosen or offered; "" where nothing speaks against it."""
        remarks = ["published past its gate"] if self.override else []
        return ", ".join([*remarks, "changes requested"] if self.is_rejected else remarks)


def standings_of_tags(tags: Sequence[Tag]) -> Mapping[UUID, BuildRemarks]:
    """Returns the remarks on tags by their id. The caller has found the tags of one project for someone."""
    rejected_tags = {tag.pk for tag in rejected_among(tags)}
    return {tag.pk: BuildRemarks(tag.override, tag.pk in rejected_tags) for tag in tags}


def standings_of_releases(deployments: Sequence[Deployment]) -> Mapping[UUID, BuildRemarks]:
    """Returns the remarks on releases by their id: on those of deployments of one project, and on those of the
    deployments that they are promoted from. The caller has found the deployments for someone."""
    releases: list[Release] = []
    for each in deployments:
        releases += each.releases.all()
        releases += each.promoted_from.releases.all() if each.promoted_from else ()
    if not releases:
        return {}
    overrides = overrides_of({release.build_id for release in releases})
    clearances = clearances_of(deployments[0].project, {release.rune for release in releases})
    return {
        release.pk: BuildRemarks(overrides.get(release.build_id), clearances[release.rune] is Clearance.OBJECTED)
        for release in releases
    }
