"""Measures how long the pages of deployments take with a thousand deployments and ten thousand keys."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from benchmarks.figure import ROOT, Spread, table
from tests.support.servers.live_server import LiveServer

DEPLOYMENTS, KEYS = 1000, 10_000
PROJECTS = 10
"""Each has as many deployments as a project may have."""
RELEASES, DAYS = 10, 14
RUNS, WARMING = 40, 5
AIM = 200
"""Milliseconds at the 95th percentile."""
ADDRESSES = {
    "all deployments of a project": "/{project}/deployments",
    "one deployment": "/{project}/deployments/app",
    "all of a project, over REST": "/api/v1/projects/{project}/deployments",
    "one, over REST": "/api/v1/projects/{project}/deployments/app",
}


def measure() -> str:
    """The percentiles of each address."""
    with tempfile.TemporaryDirectory() as folder, LiveServer(Path(folder) / "data") as live:
        organisation = live.organisation()
        live.api("POST", "projects", json={"organisation": organisation, "name": "served", "template": "sine"})
        project = f"{organisation}/served"
        live.publish(project, live.build(project)["id"], "1.0")
        new = {"title": "App", "kind": "web", "tag": "1.0"}
        live.api("POST", f"projects/{project}/deployments", json=new)
        live.api("POST", f"projects/{project}/deployments/app/keys", json={"name": "first"})
        live.stop()
        fill = [sys.executable, "-m", "benchmarks.server.many_deployments", "fill"]
        subprocess.run(fill, cwd=ROOT, env=live.environment, check=True, timeout=300)
        live.start()
        times: dict[str, list[float]] = {name: [] for name in ADDRESSES}
        for run in range(WARMING + RUNS):
            for name, address in ADDRESSES.items():
                begin = time.perf_counter()
                live.http.get(address.format(project=project)).raise_for_status()
                if run >= WARMING:
                    times[name].append((time.perf_counter() - begin) * 1000)
    spreads = {name: Spread(tuple(values)) for name, values in times.items()}
    rows = [(name, f"{spread.median:.0f}", f"{spread.percentile(95):.0f}") for name, spread in spreads.items()]
    return (
        f"{DEPLOYMENTS:,} deployments in {PROJECTS} projects, with {KEYS:,} keys, {RELEASES} releases each and calls "
        f"on each of {DAYS} days. The project that is asked for has {DEPLOYMENTS // PROJECTS} deployments, as many as "
        f"a project may have. {RUNS} requests each, by turns, one after the other, from the request to the whole "
        f"answer. The aim is a p95 under {AIM} ms.\n\n{table(['milliseconds', 'median', 'p95'], rows)}"
    )


def _fill() -> None:
    """Copies the deployment that the installation of the environment has."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django

    django.setup()
    from django.utils import timezone

    from forge.deployments.models import CallsOfDay, Deployment, DeploymentKey, Release
    from forge.projects.models import Project

    first = Deployment.objects.select_related("project").get()
    release, key = Release.objects.get(), DeploymentKey.objects.get()
    now = timezone.now()
    others = Project.objects.bulk_create(
        Project(organisation=first.project.organisation, name=f"served-{number}", created_by=first.created_by)
        for number in range(1, PROJECTS)
    )
    projects = [first.project, *others]
    each = DEPLOYMENTS // PROJECTS
    copies = [
        Deployment(project=project, name=f"app-{number}", title=f"App {number}", kind=first.kind,
                   created_by=first.created_by, origins=["https://acme.example"], last_release=RELEASES)
        for project in projects
        for number in range(each - (project == first.project))
    ]  # fmt: skip
    Deployment.objects.bulk_create(copies)
    Release.objects.bulk_create(
        Release(deployment=copy, number=number, build=release.build, version=f"1.{number}", digest=release.digest,
                rune=release.rune, size=release.size, chosen_by=release.chosen_by,
                started=now - timedelta(days=RELEASES - number),
                ended=None if number == RELEASES else now - timedelta(days=RELEASES - number - 1))
        for copy in copies
        for number in range(1, RELEASES + 1)
    )  # fmt: skip
    DeploymentKey.objects.bulk_create(
        DeploymentKey(deployment=copy, name=f"key {number}", hint=key.hint, created_by=key.created_by,
                      secret_hash=sha256(f"{copy.pk} {number}".encode()).hexdigest())
        for copy in (first, *copies)
        for number in range(KEYS // DEPLOYMENTS - (copy == first))
    )  # fmt: skip
    CallsOfDay.objects.bulk_create(
        CallsOfDay(deployment=copy, day=(now - timedelta(days=day)).date(), answered=1000 + day, refused=day)
        for copy in (first, *copies)
        for day in range(DAYS)
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["fill"]:
        _fill()
    else:
        sys.stdout.write(measure() + "\n")
