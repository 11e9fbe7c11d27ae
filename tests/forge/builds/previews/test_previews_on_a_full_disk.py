"""A preview that meets a disk that is really full says so, and is made at the next edit when there is room."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from forge.accounts.models import User
from forge.builds.access import preview_of
from forge.builds.models import PreviewState
from forge.builds.previews.refresh import refresh_previews
from forge.compute.pool.compiler import Compiler
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.support.forge.factories.members import RUNEFILE
from tests.support.installations.small_disk import fill, small_disk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.protects("uploads/full-disk-of-jobs")]


def _refreshed(project: Project, compiler: Compiler) -> tuple[str, str]:
    """The state of the preview and its error, once it is of the newest text."""
    refresh_previews(project.pk, compiler, threading.Event())
    preview = preview_of(project)
    assert preview is not None
    return preview.state, preview.error


def test_a_preview_on_a_full_disk_says_so_and_is_made_at_the_next_edit(
    project: Project, developer: User, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 1 << 20) as disk, Compiler(disk / "work") as compiler:
        compiler.make_ready(owner=project.organisation_id)
        filler = fill(disk)
        sentence = "The server's disk is full. Tell the operator. The preview is built again at the next edit."
        assert _refreshed(project, compiler) == (PreviewState.FAILED, sentence)
        filler.unlink()
        write_file(developer, project, "Runefile.yml", f"{RUNEFILE}# more\n".encode())
        assert _refreshed(project, compiler) == (PreviewState.READY, "")
