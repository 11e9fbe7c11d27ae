"""Actions on the packages of a build."""

from __future__ import annotations

from forge.builds.models import Build, BuildPackage
from forge.core.actors import Actor
from forge.projects.actions import note_download


def note_package_download(actor: Actor, build: Build, package: BuildPackage, digest: str) -> None:
    """Writes down that someone takes out a build's package. Raises `Forbidden` and `NotFound`."""
    what = {"number": build.number, "target": package.target, "digest": digest}
    note_download(actor, build.project, "package.download", build.subject, **what)
