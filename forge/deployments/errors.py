"""Errors of deployments, for people."""

from __future__ import annotations

from collections.abc import Sequence

from forge.core.errors import Conflict, Invalid, NotFound


class DeploymentExists(Conflict):
    """The project has a deployment of this name."""

    title = "The name is in use"


class DeploymentNotFound(NotFound):
    """The project has no deployment of this name."""

    title = "No such deployment"


class KeyNotFound(NotFound):
    """The deployment has no such key."""

    title = "No such key"


class NotPromoted(NotFound):
    """The deployment is promoted from no other one."""

    title = "It is promoted from no deployment"


class PreviewEnded(Conflict):
    """The change request is closed, and its preview ended with it."""

    title = "The preview has ended"


class NothingSigned(NotFound):
    """The signer has signed nothing yet."""

    title = "Not signed yet"


class TooManyDeployments(Conflict):
    """The project or the deployment has as many as it may."""

    title = "Too many"


class BadOrigin(Invalid):
    """The text is not an origin of pages."""

    title = "This is not an origin"


class KeyEnded(Conflict):
    """The key was revoked, or its time is over."""

    title = "The key has ended"


class VersionNotAccepted(Conflict):
    """The gate of deployments refuses a build; `missing` says why, in sentences."""

    title = "The deployment cannot serve this version"

    def __init__(self, version: str, missing: Sequence[str]) -> None:
        super().__init__(f"{version} cannot be served. {' '.join(missing)}", missing=list(missing))
        self.missing = tuple(missing)
