"""What was published before names and versions were held is held after the upgrade. Runs the migration's own steps."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from forge.accounts.actions import create_organisation, update_organisation
from forge.accounts.models import HeldName
from forge.projects.actions import create_project, delete_project, update_project
from forge.projects.models import Project
from forge.registry.actions import publish_build
from forge.registry.models import PublishedVersion, Tag
from tests.forge.factories.builds import RUNE, approved, built

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reviewer")]  # who approves what the others made


def test_the_first_meaning_of_each_version_and_the_names_of_who_published_are_carried_over(
    project: Project, owner: Any, stranger: Any
) -> None:
    first = publish_build(owner, approved(built(owner, project)), "1.0").manifest.blob_id
    publish_build(owner, Project.objects.get(pk=project.pk).builds.get(), "latest")
    update_project(owner, project, name="pantry")
    delete_project(owner, project)
    update_organisation(owner, project.organisation, name="acme-two")
    create_organisation(stranger, "plain")
    # As it could be done before: the same name, the same tag, other bytes.
    HeldName.objects.all().delete()
    PublishedVersion.objects.all().delete()
    again = create_project(owner, project.organisation, "pantry")
    publish_build(owner, approved(built(owner, again, RUNE + b"other")), "1.0")
    HeldName.objects.all().delete()
    PublishedVersion.objects.all().delete()
    Tag.objects.update(moves=False)

    migration = import_module("forge.registry.migrations.0003_names_and_versions_stay")
    for step in (migration.mark_moving, migration.record_versions, migration.hold_names):
        step(apps, None)
    assert dict(Tag.objects.values_list("name", "moves").distinct().order_by()) == {"1.0": False, "latest": True}
    assert set(PublishedVersion.objects.values_list("organisation", "project_name", "tag", "digest")) == {
        (project.organisation_id, "pantry", "1.0", first),
        (project.organisation_id, "kitchen", "1.0", first),
    }
    assert dict(HeldName.objects.values_list("name", "organisation")) == dict.fromkeys(
        ("acme", "acme-two"), project.organisation_id
    )
