"""Scenes of projects, their versions and what is restored."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.test import override_settings

from forge.accounts.principals import INSTALLATION
from forge.projects import actions as projects
from forge.projects.actions import write_file
from forge.projects.files.contents import store_files
from forge.projects.git.remote import checked_remote
from forge.projects.lifecycle.actions.project import create_of
from forge.projects.models import Project, Version
from forge.projects.versions.actions import autosave
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.samples import zipped
from tests.support.models.model_cases import compiled_model
from tests.support.servers.git_server import bare, git_server


@scene(projects.create_project)
def a_project_is_created_empty(world: EventWorld) -> Act:
    return lambda: projects.create_project(world.developer, world.organisation, "other")


@scene(projects.create_from_files)
def a_project_is_created_from_files(world: EventWorld) -> Act:
    return lambda: projects.create_from_files(world.developer, world.organisation, "other", [("a.md", b"a")])


@scene(projects.duplicate_project)
def a_project_is_duplicated(world: EventWorld) -> Act:
    return lambda: projects.duplicate_project(world.developer, world.project, world.organisation, "twin")


@scene(projects.fork_project)
def a_project_is_forked(world: EventWorld) -> Act:
    return lambda: projects.fork_project(world.developer, world.project, world.organisation, "fork")


@scene(projects.create_from_model)
def a_project_is_created_from_a_model(world: EventWorld) -> Act:
    model = compiled_model("chain_f32_dense")
    return lambda: projects.create_from_model(world.developer, world.organisation, "other", "dense.tflite", model)


@scene(projects.create_from_archive)
def a_project_is_created_from_an_archive(world: EventWorld) -> Act:
    archive = BytesIO(zipped({"a.md": b"x"}))
    return lambda: projects.create_from_archive(world.developer, world.organisation, "packed", archive)


@scene(projects.create_from_upload)
def a_project_is_created_from_an_upload(world: EventWorld) -> Act:
    archives = [zipped({"a.md": b"x"})]
    return lambda: projects.create_from_upload(world.developer, world.organisation, "sent", archives, "sent")


@scene(create_of)
def a_project_is_created_from_stored_files(world: EventWorld) -> Act:
    files = store_files([("a.md", b"a")])
    return lambda: create_of(world.developer, world.organisation, "other", files)


@scene(projects.create_from_git)
def a_project_is_created_from_a_git_repository(world: EventWorld) -> Act:
    def make() -> None:
        with TemporaryDirectory() as root, git_server(Path(root)) as origin, override_settings(GIT_ORIGINS=(origin,)):
            bare(Path(root), "wand.git", {"a.md": b"x"})
            projects.create_from_git(world.developer, world.organisation, "", checked_remote(f"{origin}/wand.git"))

    return make


@scene(projects.update_project)
def a_project_is_renamed_and_described_and_published(world: EventWorld) -> Act:
    changes: dict[str, Any] = {"name": "pantry", "description": "A pantry.", "visibility": "public"}
    return lambda: projects.update_project(world.owner, world.project, **changes)


@scene(projects.delete_project)
def a_project_is_deleted(world: EventWorld) -> Act:
    return lambda: projects.delete_project(world.owner, world.project)


@scene(projects.restore_project)
def a_project_is_restored_under_another_name(world: EventWorld) -> Act:
    other = Project.objects.create(organisation=world.organisation, name="lost", created_by=world.owner)
    projects.delete_project(world.owner, other)
    return lambda: projects.restore_project(world.owner, world.organisation, "lost", "found")


@scene(projects.save_version)
def a_version_is_saved(world: EventWorld) -> Act:
    return lambda: projects.save_version(world.developer, world.project, "The first one")


@scene(projects.save_version)
def a_version_gets_another_message(world: EventWorld) -> Act:
    projects.save_version(world.developer, world.project, "The first one")
    return lambda: projects.save_version(world.developer, world.project, "Still the first one")


def _older_version(world: EventWorld) -> Version:
    version = projects.save_version(world.developer, world.project, "The first one")
    write_file(world.developer, world.project, "notes.md", b"new")
    return version


@scene(autosave.autosave_version)
def what_was_written_saves_itself(world: EventWorld) -> Act:
    return lambda: autosave.autosave_version(INSTALLATION, world.project)


@scene(projects.restore_version)
def an_older_version_is_restored(world: EventWorld) -> Act:
    version = _older_version(world)
    return lambda: projects.restore_version(world.developer, world.project, version)


@scene(projects.restoring_update)
def an_editor_asks_for_the_update_that_restores_an_older_version(world: EventWorld) -> Act:
    version = _older_version(world)
    return lambda: projects.restoring_update(world.developer, world.project, version)


@scene(projects.take_down)
def the_public_page_is_taken_down(world: EventWorld) -> Act:
    return lambda: projects.take_down(INSTALLATION, world.project, "Boards got hot.")


@scene(projects.put_back)
def the_public_page_is_put_back(world: EventWorld) -> Act:
    projects.take_down(INSTALLATION, world.project, "Boards got hot.")
    return lambda: projects.put_back(INSTALLATION, world.project)
