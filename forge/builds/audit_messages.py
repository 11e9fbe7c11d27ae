"""How the audit log tells of builds."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forge.builds.models import Build
from forge.core.audit.messages import Thing, Topic, declare, ids_among, things_named

declare(
    Topic.BUILDS, {"build.request": "requested {build} of {project}", "build.cancel": "cancelled {build} of {project}"}
)
declare(Topic.DOWNLOADS, {"rune.download": "downloaded the rune of {build} of {project}"})
declare(Topic.BUILDS, {"targets.choose": "chose what builds of {project} are made for"})
declare(Topic.DOWNLOADS, {"package.download": "downloaded a package of {build} of {project}"})
declare(Topic.DOWNLOADS, {"preview.download": "ran the preview of {project}"})


@things_named.register
def names(keys: Collection[str]) -> Mapping[str, Thing]:
    """Numbered builds."""
    ids = ids_among(keys, "build")
    builds = Build.objects.numbered().select_related("project__organisation").filter(pk__in=ids) if ids else ()
    return {each.subject: Thing(f"build {each.number}", _address(each)) for each in builds}


def _address(build: Build) -> str:
    return "" if build.project.deleted_at else f"{build.project.get_absolute_url()}/builds/{build.number}"
