"""Gives each numbered build a job, with what its own row and its own log said until now."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import migrations

from rune.compiler.building.spec import canonical_digest

AT_ONCE = 500
_SAME = ("state", "attempt", "fence", "lease_until", "requested_by_id", "by_program", "error")
_TIMES = ("created", "started", "finished")


def add_jobs(apps: Any, schema_editor: Any) -> None:
    build_model, job_model = apps.get_model("builds", "Build"), apps.get_model("jobs", "Job")
    left = build_model.objects.filter(kind="numbered", job=None).select_related("project").order_by("created")
    while builds := list(left[:AT_ONCE]):
        for build in builds:
            build.job = _job_of(job_model, build)
        job_model.objects.bulk_create([build.job for build in builds])
        build_model.objects.bulk_update(builds, ["job"])
        _move_logs(apps, {build.pk: build.job_id for build in builds})


def _job_of(model: Any, build: Any) -> Any:
    spec = {"build": str(build.pk)}
    values = {name: getattr(build, name) for name in (*_SAME, *_TIMES)}
    return model(
        id=uuid4(),
        kind="build",
        capability="build",
        organisation_id=build.project.organisation_id,
        project_id=build.project_id,
        spec=spec,
        spec_digest=canonical_digest(spec),
        exclusive=f"version:{build.version_id}",
        due=build.created,
        progress=1.0 if build.state == "succeeded" else 0.0,
        result={} if build.state == "succeeded" else None,
        **values,
    )


def _move_logs(apps: Any, jobs: dict[Any, Any]) -> None:
    line_model = apps.get_model("jobs", "JobLogLine")
    lines = apps.get_model("builds", "BuildLogLine").objects.filter(build__in=jobs)
    rows = (
        line_model(
            job_id=jobs[line.build_id],
            number=line.number,
            step=line.step,
            text=line.text,
            level=line.level,
            milliseconds=line.milliseconds,
            at=line.at,
        )
        for line in lines.iterator()
    )
    line_model.objects.bulk_create(rows, batch_size=AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("builds", "0002_build_job")]

    operations = [migrations.RunPython(add_jobs, elidable=True)]
