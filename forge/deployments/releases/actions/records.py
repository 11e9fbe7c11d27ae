"""The audit entry and the event of a deployment that serves another release than before."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.deployments.announcements import DEPLOYMENT_SERVED
from forge.deployments.models import Deployment, Release


@dataclass(frozen=True)
class ReleaseRecord:
    """The audit record of a new release of a deployment."""

    deployment: Deployment
    release: Release
    previous: str = ""
    """The version that it served before, or "" for its first."""

    def record(self, actor: Actor, action: str) -> None:
        """Writes the entry and the event. The act that calls this is a transaction and has asked for permission."""
        deployment, release, project = self.deployment, self.release, self.deployment.project
        what = {"deployment": deployment.title, "version": release.version, "digest": release.digest}
        if release.tag:
            what["tag"] = release.tag
        if release.promoted_from:
            what["source"] = release.promoted_from
        write_entry(actor, action, project.stream, project.place, **what)
        event = DEPLOYMENT_SERVED(
            deployment=deployment.name,
            title=deployment.title,
            version=release.version,
            digest=release.digest,
            previous=self.previous,
            tag=release.tag,
            promoted_from=release.promoted_from,
        )
        append_event(project.stream, event, actor)
