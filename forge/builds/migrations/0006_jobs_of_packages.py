"""Gives each package a job, which ended as the package did. One that its build did not make yet waits for the build."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import migrations

from rune.compiler.building.spec import canonical_digest

AT_ONCE = 500
_OF_BUILD = ("organisation_id", "project_id", "requested_by_id", "by_program", "created")


def add_jobs(apps: Any, schema_editor: Any) -> None:
    package_model, job_model = apps.get_model("builds", "BuildPackage"), apps.get_model("jobs", "Job")
    left = package_model.objects.filter(job=None).select_related("build__job").order_by("pk")
    while packages := list(left[:AT_ONCE]):
        for package in packages:
            package.job = _job_of(job_model, package)
        job_model.objects.bulk_create([package.job for package in packages])
        package_model.objects.bulk_update(packages, ["job"])


def _job_of(model: Any, package: Any) -> Any:
    build, of_build = package.build, package.build.job
    spec = {"build": str(build.pk), "target": package.target}
    state, error = _end_of(package, of_build.state)
    is_over = state != "queued"
    return model(
        id=uuid4(),
        kind="package",
        capability="build",
        spec=spec,
        spec_digest=canonical_digest(spec),
        exclusive=f"package:{build.version_id}:{package.target}",
        required_job_id=of_build.pk,
        due=of_build.created,
        state=state,
        error=error,
        attempt=1 if is_over else 0,
        progress=1.0 if state == "succeeded" else 0.0,
        result={} if state == "succeeded" else None,
        # Its time is in the build's.
        started=of_build.finished if is_over else None,
        finished=of_build.finished if is_over else None,
        **{name: getattr(of_build, name) for name in _OF_BUILD},
    )


def _end_of(package: Any, build_state: str) -> tuple[str, str]:
    """The state of a package's job, and why there is no package."""
    if build_state in ("queued", "running"):
        return "queued", ""
    if package.artefact_id is not None:
        return "succeeded", ""
    if build_state == "cancelled":
        return "cancelled", "The build was cancelled."
    return "failed", package.refusal or "The build failed."


class Migration(migrations.Migration):
    dependencies = [("builds", "0005_package_job")]

    operations = [migrations.RunPython(add_jobs, elidable=True)]
