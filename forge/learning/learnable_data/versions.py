"""Finding the version of data that a training run or a search learns from."""

from __future__ import annotations

from forge.core.actors import Actor
from forge.core.errors import Conflict
from forge.datasets.access import find_version, versions_of
from forge.datasets.errors import DataVersionNotFound
from forge.datasets.models import DataVersion
from forge.datasets.sample_uses import UsePlace
from forge.datasets.versions.other_projects import find_usable_version, place_of, readable_source
from forge.projects.models import Project
from rune.wording import plain


class NoDataVersion(Conflict):
    """The project has no version of its data to learn from."""

    title = "There is no version of the data"


def version_to_learn(actor: Actor, project: Project, number: int | None, digest: str = "") -> DataVersion:
    """The data version of this digest or number, or else the newest. A digest may be that of another project's data.

    Raises `NoDataVersion` and `DataVersionNotFound`.
    """
    if digest:
        named_version = find_usable_version(actor, project, digest)
        if named_version is None:
            raise _no_usable_version(project, digest)
        return named_version
    if number is not None:
        return find_version(actor, project, number)
    newest = versions_of(actor, project).first()
    if newest is None:
        raise NoDataVersion("The project has no version of its data. Save one on the page Data, and train on that.")
    return newest


def require_source(actor: Actor, project: Project, version: DataVersion | None) -> None:
    """Requires that the person who lets a run or a search go on may still read the project whose data it uses, as when
    one begins.

    Raises `DataVersionNotFound`.
    """
    if version is None or place_of(version, project) is UsePlace.HERE:
        return
    source = readable_source(actor, version)
    if source is None or source.organisation_id != project.organisation_id:
        raise _no_usable_version(project, version.digest)


def _no_usable_version(project: Project, digest: str) -> DataVersionNotFound:
    return DataVersionNotFound(f"No data that {project.full_name} may use has the version {plain(digest)[:80]}.")
