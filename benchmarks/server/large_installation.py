"""`python -m benchmarks.server.large_installation` fills the installation of the environment with projects and people.

The rows are written as the program would have left them, without building anything. The first person is a member of
all organisations.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forge.builds.models import Build
    from forge.projects.models import Project

PROJECTS, MEMBERS, BUILDS, ORGANISATIONS, TEAMS = 2000, 200, 20_000, 6, 24
WORDS = ("meter", "keywords", "gesture", "washing", "kitchen", "tap", "digits", "lab", "wake", "plant", "motor", "sine")
SENSORS = ("SOUND", "IMAGE", "ACCEL", "RAW")


def fill() -> None:
    """Writes it all."""
    from django.db import connection
    from django.utils import timezone

    from forge.accounts.models import Membership, Organisation, Role, Team, TeamRole, User
    from forge.activity.models import Activity
    from forge.builds.models import Build, BuildTrigger, Preview, ProjectContents
    from forge.jobs.models import Job, JobState, WorkerCapability
    from forge.projects.models import Favourite, Project, Version, Visibility
    from forge.reviews.models import Review, ReviewerGroup, Round

    chance = random.Random(1)
    now = timezone.now()
    first = User.objects.order_by("joined").first()
    assert first is not None
    places = Organisation.objects.bulk_create(Organisation(name=f"plant-{number}") for number in range(ORGANISATIONS))
    people = User.objects.bulk_create(
        User(email=f"person{number}@plant.example", name=f"Person {number}", password="!", colour=number % 3 + 1)
        for number in range(MEMBERS)
    )
    members = Membership.objects.bulk_create(
        Membership(organisation=place, user=person, role=_role(person == first, place == places[-1]))
        for place in places
        for person in (first, *people)
    )
    projects = Project.objects.bulk_create(
        Project(
            organisation=places[number * number % ORGANISATIONS if number % 2 else number // 2 % ORGANISATIONS],
            name=f"{WORDS[number % len(WORDS)]}-{number}",
            description=f"{WORDS[number * 7 % len(WORDS)].title()} of line {number % 40}",
            created_by=chance.choice(people),
            visibility=Visibility.PUBLIC,
            sequence=1,
        )
        for number in range(PROJECTS)
    )
    # In the last organisation the first person may edit by teams alone: each of these roles is asked about everywhere.
    teams = Team.objects.bulk_create(
        Team(organisation=places[number % ORGANISATIONS], name=f"team-{number}") for number in range(TEAMS)
    )
    for team in teams:
        own = [each for each in members if each.organisation_id == team.organisation_id]
        team.members.add(own[0], *chance.sample(own[1:], 30))
    TeamRole.objects.bulk_create(
        TeamRole(team=team, project=project.pk, role=Role.MAINTAINER)
        for team in teams
        for project in projects
        if project.organisation_id == team.organisation_id
    )
    for number, project in enumerate(projects):
        project.changed = now - timedelta(minutes=number * 11)
    Project.objects.bulk_update(projects, ["changed"], batch_size=500)
    outlines = {sensor: _outline(sensor) for sensor in SENSORS}
    Preview.objects.bulk_create(
        (
            Preview(project=project, sequence=1, outline=outlines[SENSORS[number % 4]], state=_state(number))
            for number, project in enumerate(projects)
        ),
        batch_size=500,
    )
    ProjectContents.objects.bulk_create(
        ProjectContents(
            project=project,
            sensors=f" {SENSORS[number % 4]} ",
            paths="\n".join(["README.md", "Runefile.yml", "labels.txt", f"models/{project.name}.tflite"]),
        )
        for number, project in enumerate(projects)
    )
    versions = Version.objects.bulk_create(
        (
            Version(project=project, number=1, digest=f"sha256:{number:064}", manifest={}, sequence=1, author=first)
            for number, project in enumerate(projects)
        ),
        batch_size=500,
    )
    jobs = Job.objects.bulk_create(
        (
            Job(
                kind="build",
                capability=WorkerCapability.BUILD,
                organisation=projects[number % PROJECTS].organisation,
                project=projects[number % PROJECTS],
                requested_by=first if number % 20 == 0 else people[number % MEMBERS],
                spec={"number": number},
                spec_digest=f"sha256:{number:064}",
                state=JobState.FAILED if number % 5 else JobState.CANCELLED,
                error="The Runefile has a problem.",
                started=now,
                finished=now - timedelta(minutes=BUILDS - number),
            )
            for number in range(BUILDS)
        ),
        batch_size=500,
    )
    builds = Build.objects.bulk_create(
        (
            Build(
                job=jobs[number],
                project=projects[number % PROJECTS],
                version=versions[number % PROJECTS],
                name=projects[number % PROJECTS].name,
                kind=BuildTrigger.NUMBERED,
                number=number // PROJECTS + 1,
            )
            for number in range(BUILDS)
        ),
        batch_size=500,
    )
    _publish(projects, builds[:PROJECTS], now)
    Activity.objects.bulk_create(
        (
            Activity(
                organisation_id=build.project.organisation_id,
                project=build.project,
                person=build.requested_by,
                kind="built",
                facts={"number": build.number, "failure": "· failed" if build.state == JobState.FAILED else ""},
                at=build.finished or now,
            )
            for build in builds
        ),
        batch_size=500,
    )
    Favourite.objects.bulk_create(Favourite(person=first, project=project) for project in projects[:8])
    reviews = Review.objects.bulk_create(
        Review(
            project=builds[number].project, number=1, title=f"Is {number} good?", requested_by=people[number % MEMBERS]
        )
        for number in range(300)
    )
    Round.objects.bulk_create(
        Round(review=review, number=1, build=builds[number]) for number, review in enumerate(reviews)
    )
    groups = ReviewerGroup.objects.bulk_create(
        ReviewerGroup(review=review, position=1, required_approvals=1) for review in reviews
    )
    for number, group in enumerate(groups):
        group.people.add(first if number % 30 == 0 else people[number % MEMBERS])
    # PostgreSQL that has been there for a minute knows how large its tables are; SQLite is never told.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _publish(projects: Sequence[Project], builds: Sequence[Build], now: datetime) -> None:
    """A version of each project, all of the same bytes."""
    from forge.core.models import Blob
    from forge.registry.models import Listing, Manifest, Repository, Tag

    blob = Blob.objects.create(digest=f"sha256:{1:064}", size=1)
    repositories = Repository.objects.bulk_create(Repository(project=project) for project in projects)
    manifests = Manifest.objects.bulk_create(
        Manifest(repository=repository, blob=blob, media_type="application/vnd.oci.image.manifest.v1+json")
        for repository in repositories
    )
    tags = Tag.objects.bulk_create(
        Tag(repository=each.repository, name="1.0", moves=False, manifest=each, build=build, created=now)
        for each, build in zip(manifests, builds, strict=True)
    )
    Listing.objects.bulk_create(
        Listing(
            repository=tag.repository,
            tag=tag,
            rune_digest=blob.digest,
            size=4_000 + number * 211 % 900_000,
            memory=2_000 + number,
            sensors=f" {SENSORS[number % 4]} ",
            licence=("MIT", "Apache-2.0", "")[number % 3],
            stages=[[node["kind"], node["detail"]] for node in _outline(SENSORS[number % 4])["nodes"]],
            accuracy=0.8 + number % 20 / 100 if number % 3 else None,
            uses=number * 37 % 5000,
            published=now - timedelta(minutes=number * 7),
        )
        for number, tag in enumerate(tags)
    )


def _role(is_first: bool, is_last: bool) -> str:
    if is_first:
        return "viewer" if is_last else "owner"
    return "developer"


def _state(number: int) -> str:
    return "broken" if number % 17 == 0 else "ready"


def _outline(sensor: str) -> dict[str, list[dict[str, object]]]:
    """A pipeline of five stages, as an outline says it."""
    kinds = [("input", "capability", sensor), ("scale", "block", "normalize"), ("fft", "block", "fft")]
    kinds += [("model", "model", "model"), ("out", "output", "SERIAL")]
    nodes: list[dict[str, object]] = [
        {"name": name, "kind": kind, "detail": detail, "line": 4, "file": None, "arguments": []}
        for name, kind, detail in kinds
    ]
    wires: list[dict[str, object]] = [
        {"source": one[0], "source_index": 0, "target": other[0], "target_index": 0, "type": "f32[1, 1]"}
        for one, other in pairwise(kinds)
    ]
    return {"nodes": nodes, "wires": wires}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forge.settings")
    import django

    django.setup()
    fill()
