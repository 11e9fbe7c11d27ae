"""The packages of a build as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict, cast

from forge.builds.models import BuildPackage
from forge.core.api.json_types import Uuid
from forge.jobs.serializers import JobStateJson
from rune.devices.boards.describing import NeedsJson


class BuildPackageJson(TypedDict):
    """A package that a build was asked for. Without a `url` there is none: `refusal` says why, or it is made later."""

    target: str
    job: Annotated[Uuid, "the job that makes it, once the build has succeeded"]
    state: JobStateJson
    size: int | None
    digest: str | None
    needs: NeedsJson | None
    refusal: str | None
    url: str | None


def package_url(package: BuildPackage) -> str:
    """Returns the address where a member reads a package that exists."""
    return f"/api/v1/builds/{package.build_id}/packages/{package.target}"


def package_to_json(package: BuildPackage) -> BuildPackageJson:
    """A package. Reads its artefact."""
    artefact = package.artefact
    return {
        "target": package.target,
        "job": str(package.job_id),
        "state": package.state,
        "size": artefact.size if artefact else None,
        "digest": artefact.digest if artefact else None,
        "needs": cast("NeedsJson | None", package.needs),
        "refusal": package.refusal or None,
        "url": package_url(package) if artefact else None,
    }
