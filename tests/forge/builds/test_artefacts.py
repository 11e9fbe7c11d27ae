"""Artefacts: named by what was built and by what, shared by rows, whole on the disk, and of one organisation."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.utils import timezone

import forge
import rune
from forge.builds.access import preview_of
from forge.builds.actions import request_build
from forge.builds.compiling import build_task
from forge.builds.compiling.artefact_store import drop_unused, open_rune, secure
from forge.builds.compiling.execution import NewCompiler
from forge.builds.models import Artefact, ArtefactFile, Build, FileRole
from forge.builds.previews.refresh import refresh_previews
from forge.compute.errors import ChildDied
from forge.compute.pool.child_process import ChildProcess
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.fork_server import ForkServer
from forge.compute.pool.toolchain import TOOLCHAIN
from forge.compute.workdir import workdir
from forge.core.blobs.links import links_of
from forge.core.blobs.store import blob_path, read_blob
from forge.core.blobs.sweep import sweep_blobs
from forge.core.blobs.usage import organisation_bytes
from forge.core.errors import BytesDamaged
from forge.core.models import Blob
from forge.jobs.models import JobState
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.registry.tags.errors import NotPublishable
from forge.registry.tags.publishing.actions import publish_build
from rune.compiler.building.spec import canonical_digest
from rune.toolchain import _compiler as compiler_version
from rune.toolchain import source_digest
from tests.forge.builds.conftest import log_of
from tests.support.forge.factories.builds import run_job, take_job
from tests.support.forge.factories.members import RUNEFILE

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[Build], Build]


def artefact_of(build: Build) -> Artefact:
    assert build.artefact is not None, (build.error, log_of(build))
    return build.artefact


def preview(project: Project, compiler: Compiler) -> Artefact:
    refresh_previews(project.pk, compiler, threading.Event())
    current = preview_of(project)
    assert current is not None
    assert current.build is not None, current.error
    return artefact_of(current.build)


def place_of(digest: str) -> Path:
    place = blob_path(digest)
    assert place is not None
    return place


@pytest.fixture(scope="module")
def other_toolchain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with another byte in one kernel's comment: what an upgrade in place leaves."""
    copy = tmp_path_factory.mktemp("upgraded")
    copy.chmod(0o755)  # the process may be another user
    patterns = shutil.ignore_patterns("__pycache__")
    for package in (rune, forge):
        source = Path(package.__path__[0])
        shutil.copytree(source, copy / source.name, ignore=patterns)
    kernel = min((copy / "rune" / "compiler" / "kernels").rglob("*.h"))
    kernel.write_bytes(kernel.read_bytes() + b"\n")
    return copy


@pytest.fixture(scope="module")
def other_compiler(other_toolchain: Path) -> Iterator[NewCompiler]:
    """Starts processes of that copy."""
    server = ForkServer("forge.compute.child.main", [other_toolchain / name for name in ("rune", "forge")])

    class OtherProcess(ChildProcess):
        fork_server: ClassVar[ForkServer] = server

    class OtherCompiler(Compiler):
        def new_process(self) -> ChildProcess:
            return OtherProcess(self._root)

    yield lambda: OtherCompiler(workdir())
    server.close()


@pytest.mark.slow
@pytest.mark.protects("registry/secrets")
def test_a_build_searches_its_files_for_secrets_and_stores_what_it_says(
    project: Any, developer: Any, work: Work
) -> None:
    write_file(developer, project, "upload.py", b's = Session("' + b"AKIA" + b'Z7QK3MP2W4XN8RT5")\n')
    source = work(request_build(developer, project)).source
    source.refresh_from_db()
    assert source.secrets == {
        "places": [{"path": "upload.py", "line": 1, "kind": "AWS Access Key"}],
        "unread": [],
    }


@pytest.mark.slow
def test_an_artefact_is_its_spec_and_its_files(build: Build, work: Work) -> None:
    artefact = artefact_of(work(build))
    assert artefact.spec == {
        "version": build.version_digest,
        "toolchain": TOOLCHAIN,
        "target": "wasm32",
        "options": artefact.spec["options"] | {"name": "kitchen", "watched": [], "timed": False},
    }
    assert artefact.spec_digest == canonical_digest(artefact.spec)
    files = {file.role: file.blob_id for file in artefact.files.all()}
    assert files.keys() == {FileRole.RUNE, FileRole.REPORT}
    assert files[FileRole.RUNE] == artefact.digest
    report = json.loads(read_blob(files[FileRole.REPORT]))
    assert report["toolchain_digest"] == TOOLCHAIN
    assert report == {key: artefact.report[key] for key in report}
    assert artefact.report.keys() - report.keys() == {"policy", "verify", "run"}
    assert set(links_of(artefact).values_list("blob_id", "organisation")) == {
        (digest, build.project.organisation_id) for digest in files.values()
    }


@pytest.mark.proof
@pytest.mark.protects("compiling/old-toolchains")
def test_an_upgraded_toolchain_does_not_answer_with_what_the_one_before_it_built(
    project: Project,
    developer: Any,
    work: Work,
    other_toolchain: Path,
    other_compiler: NewCompiler,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = artefact_of(work(request_build(developer, project)))
    digest = source_digest(other_toolchain / "rune", compiler_version())
    assert digest != TOOLCHAIN
    monkeypatch.setattr(build_task, "TOOLCHAIN", digest)
    second = request_build(developer, project)
    lease = take_job()
    run_job(lease, other_compiler)
    second.refresh_from_db()
    again = artefact_of(second)
    assert "Reused" not in log_of(second)
    assert again != first
    assert again.report["toolchain_digest"] == digest
    assert again.digest == first.digest, "a comment changes no byte of the rune, and the digest is in none"


@pytest.mark.proof
@pytest.mark.protects("compiling/old-toolchains")
def test_a_server_whose_sources_were_replaced_stores_nothing_under_a_wrong_name(
    project: Project, developer: Any, other_compiler: NewCompiler
) -> None:
    build = request_build(developer, project)
    lease = take_job()
    run_job(lease, other_compiler)
    build.refresh_from_db()
    assert build.state == JobState.FAILED
    assert build.error == "The toolchain was changed while the server ran. Restart it."
    assert not Artefact.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("registry/known-artefacts")
def test_another_organisation_builds_the_same_files_for_itself(
    project: Project, developer: Any, stranger: Any, work: Work
) -> None:
    mine = artefact_of(work(request_build(developer, project)))
    other = Project.objects.create(organisation=stranger.memberships.get().organisation, name="kitchen")
    write_file(stranger, other, "Runefile.yml", RUNEFILE.encode())
    second = work(request_build(stranger, other))
    theirs = artefact_of(second)
    assert "Reused" not in log_of(second)
    assert theirs != mine
    assert (theirs.digest, theirs.spec_digest) == (mine.digest, mine.spec_digest)
    assert Blob.objects.filter(pk=mine.digest).count() == 1
    for organisation in (project.organisation_id, other.organisation_id):
        assert organisation_bytes(organisation) >= mine.size


@pytest.mark.slow
def test_a_numbered_build_is_compiled_as_a_whole_and_not_taken_from_its_preview(
    project: Project, developer: Any, compiler: Compiler, work: Work
) -> None:
    preview_artefact = preview(project, compiler)
    assert not Blob.objects.get(pk=preview_artefact.digest).synced
    build = work(request_build(developer, project))
    artefact = artefact_of(build)
    assert artefact != preview_artefact
    assert [line.step for line in build.log.all()] == ["check", "compile", "verify", "measure"]
    assert set(artefact.files.values_list("blob__synced", flat=True)) == {True}


@pytest.mark.slow
def test_a_rune_that_a_power_cut_took_is_made_again(project: Project, developer: Any, work: Work) -> None:
    artefact = artefact_of(work(request_build(developer, project)))
    good = read_blob(artefact.digest)
    Blob.objects.filter(pk=artefact.digest).update(synced=False)
    place_of(artefact.digest).write_bytes(bytes(len(good)))
    build = work(request_build(developer, project))
    assert artefact_of(build) == artefact
    assert read_blob(artefact.digest) == good
    assert [line.step for line in build.log.all()] == ["check", "compile", "verify", "measure"]


@pytest.mark.slow
@pytest.mark.protects("uploads/damaged-bytes")
def test_a_rune_that_was_found_damaged_is_made_again(project: Project, developer: Any, work: Work) -> None:
    artefact = artefact_of(work(request_build(developer, project)))
    good = read_blob(artefact.digest)
    place_of(artefact.digest).write_bytes(b"x" + good[1:])
    with pytest.raises(BytesDamaged):
        read_blob(artefact.digest)
    build = work(request_build(developer, project))
    assert artefact_of(build) == artefact
    assert read_blob(artefact.digest) == good
    assert secure(artefact)


@pytest.mark.slow
@pytest.mark.protects("uploads/damaged-bytes")
def test_a_build_of_a_damaged_file_fails_and_says_so(project: Project, developer: Any, work: Work) -> None:
    write_file(developer, project, "weights.bin", b"\xff weights")
    build = request_build(developer, project)
    place_of(build.source.manifest["weights.bin"]["digest"]).write_bytes(b"\xfe weights")
    build = work(build)
    assert build.state == JobState.FAILED
    assert build.error == BytesDamaged().detail
    assert build.error in log_of(build)


@pytest.mark.slow
def test_a_preview_whose_file_is_gone_is_made_again(project: Project, developer: Any, compiler: Compiler) -> None:
    artefact = preview(project, compiler)
    place_of(artefact.digest).unlink()
    write_file(developer, project, "Runefile.yml", b"nothing")
    refresh_previews(project.pk, compiler, threading.Event())
    write_file(developer, project, "Runefile.yml", RUNEFILE.encode())
    assert preview(project, compiler) == artefact
    assert place_of(artefact.digest).exists()


def test_a_process_that_dies_after_it_built_is_not_asked_to_build_into_the_store(
    project: Project, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler.start()
    real, runs = compiler.run, []

    def run_and_die(*arguments: Any, **others: Any) -> None:
        runs.append(arguments)
        real(*arguments, **others)
        raise ChildDied("It ended after the last answer.")

    monkeypatch.setattr(compiler, "run", run_and_die)
    artefact = preview(project, compiler)
    assert len(runs) == 1
    assert place_of(artefact.digest).stat().st_size == artefact.size


@pytest.mark.slow
def test_what_is_damaged_is_not_published(project: Project, developer: Any, build: Build, work: Work) -> None:
    build = work(build)
    artefact = artefact_of(build)
    Blob.objects.filter(pk=artefact.digest).update(synced=False)
    place_of(artefact.digest).write_bytes(b"something else")
    with pytest.raises(NotPublishable):
        publish_build(developer, build, "1.0")
    # As of an older version, whose file was gone when it was carried over.
    artefact.files.filter(role=FileRole.RUNE).delete()
    with pytest.raises(NotPublishable):
        publish_build(developer, build, "1.0")
    assert not project.organisation.projects.filter(repository__isnull=False).exists()


@pytest.mark.slow
def test_a_sweep_leaves_all_that_builds_versions_and_tags_need(
    project: Project, developer: Any, compiler: Compiler, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file(developer, project, "notes.txt", b"an old text")
    build = work(request_build(developer, project))
    publish_build(developer, build, "1.0")
    write_file(developer, project, "notes.txt", b"a new text")
    preview(project, compiler)
    before = set(Blob.objects.values_list("pk", flat=True))
    assert all(secure(artefact) for artefact in Artefact.objects.all())
    sweep_blobs(timezone.now() + timedelta(days=1))
    assert set(Blob.objects.values_list("pk", flat=True)) == before
    with transaction.atomic():
        assert drop_unused(set(Artefact.objects.values_list("pk", flat=True))) == set()
    assert ArtefactFile.objects.count() == 4
    with open_rune(artefact_of(build)) as file:
        assert file.read(4) == b"\0asm"
