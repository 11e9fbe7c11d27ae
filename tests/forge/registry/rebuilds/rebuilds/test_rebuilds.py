"""Published runes are built a second time: the same bytes, other bytes, no bytes, and what pages and the API say."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from django.test import Client

from forge.builds.actions import request_build
from forge.builds.models import Artefact, Build
from forge.compute.errors import ChildDied
from forge.compute.pool.compiler import Compiler
from forge.core.models import AuditEntry
from forge.jobs.models import Job, JobState
from forge.projects.actions import write_file
from forge.projects.models import Visibility
from forge.registry.models import Rebuild
from forge.registry.rebuilds.jobs import MOST_WAITING, REBUILD, request_rebuild, request_rebuilds
from forge.registry.tags.publishing.actions import publish_build
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import RUNE, approved, built, run_job, take_job
from tests.support.forge.factories.members import RUNEFILE

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/acme/kitchen/published?tag=1.0"
ADDRESS = "/api/v1/projects/acme/kitchen/tags/1.0/rebuild"


def waiting_rebuilds() -> int:
    return Job.objects.unfinished().filter(kind=REBUILD.name).count()


def really_built(developer: Any, project: Any, compiler: Compiler) -> Build:
    """A build that the compiler made."""
    build = request_build(developer, project)
    run_job(take_job(), lambda: nullcontext(compiler))
    return Build.objects.select_related("artefact", "version", "project__organisation").get(pk=build.pk)


def public(project: Any) -> None:
    project.visibility = Visibility.PUBLIC
    project.save()


@pytest.mark.slow
def test_a_published_version_is_built_twice_with_the_same_bytes(
    project: Any, developer: Any, compiler: Compiler
) -> None:
    build = really_built(developer, project, compiler)
    publish_build(developer, approved(build), "1.0")
    publish_build(developer, build, "latest")
    public(project)
    assert "Built twice" not in Client().get(PAGE).content.decode()
    assert Client().get(ADDRESS).status_code == 404
    request_rebuilds()
    assert waiting_rebuilds() == 1, "one for the bytes, however many tags they have"
    run_job(take_job(), lambda: nullcontext(compiler))
    assert build.artefact is not None
    row = Rebuild.objects.get()
    assert (row.is_same, row.digest, row.differences, row.error) == (True, build.artefact.digest, [], "")
    page = compact(Client().get(PAGE).content.decode())
    assert "Built twice, same bytes" in page
    assert "/acme/kitchen:1.0" in page
    answer = Client().get(ADDRESS).json()
    assert (answer["is_same"], answer["published_digest"], answer["rebuilt_digest"]) == (True, row.digest, row.digest)
    assert AuditEntry.objects.filter(action="rebuild.same").count() == 1
    request_rebuilds()
    assert waiting_rebuilds() == 0, "it has its second build"


@pytest.mark.slow
@pytest.mark.protects("registry/rebuilt-runes")
def test_other_bytes_than_the_files_build_are_shown_to_everyone(
    project: Any, developer: Any, compiler: Compiler
) -> None:
    # As if somebody who reaches the server's disk and database had put another rune into a build.
    publish_build(developer, approved(built(developer, project)), "1.0")
    public(project)
    request_rebuilds()
    run_job(take_job(), lambda: nullcontext(compiler))
    row = Rebuild.objects.select_related("artefact").get()
    assert not row.is_same
    assert row.digest.startswith("sha256:")
    assert row.differences
    page = compact(Client().get(PAGE).content.decode())
    assert "Built twice, different bytes" in page
    assert row.digest in page
    assert Client().get(ADDRESS).json()["differences"] == row.differences
    assert AuditEntry.objects.filter(action="rebuild.different").count() == 1


class DyingCompiler(Compiler):
    """A compiler whose process ends in each job."""

    def run(self, *_: Any, **__: Any) -> None:
        raise ChildDied("The compiler ran out of memory.")


@pytest.mark.slow
def test_a_version_that_cannot_be_built_again_says_why(project: Any, developer: Any, tmp_path: Any) -> None:
    publish_build(developer, approved(built(developer, project)), "1.0")
    public(project)
    request_rebuilds()
    for attempt in (1, 2, 3):
        assert not Rebuild.objects.exists(), attempt
        run_job(take_job(), lambda: DyingCompiler(tmp_path))
    assert Rebuild.objects.get().error == "The compiler ran out of memory."
    assert Job.objects.get(kind=REBUILD.name).state == JobState.FAILED
    page = compact(Client().get(PAGE).content.decode())
    assert "Could not be built again" in page
    assert "ran out of memory" in page
    request_rebuilds()
    assert waiting_rebuilds() == 0, "somebody retries it on the page of jobs"


def test_what_another_toolchain_built_is_not_built_again(project: Any, developer: Any, compiler: Compiler) -> None:
    build = approved(built(developer, project))
    publish_build(developer, build, "1.0")
    assert build.artefact is not None
    spec = build.artefact.spec | {"toolchain": "sha256:" + "0" * 64}
    Artefact.objects.filter(pk=build.artefact.pk).update(spec=spec)
    request_rebuilds()
    assert waiting_rebuilds() == 0
    request_rebuild(build)
    run_job(take_job(), lambda: nullcontext(compiler))
    assert "Another toolchain" in Job.objects.get(kind=REBUILD.name).error
    assert not Rebuild.objects.exists()


@pytest.mark.slow
def test_few_second_builds_wait_at_once(project: Any, developer: Any) -> None:
    for number in range(MOST_WAITING + 2):
        text = f"{RUNEFILE}# {number}\n"
        write_file(developer, project, "Runefile.yml", text.encode())
        publish_build(developer, approved(built(developer, project, RUNE + bytes([number]))), f"{number}.0")
    request_rebuilds()
    request_rebuilds()
    assert waiting_rebuilds() == MOST_WAITING
