"""Public projects with published versions that were tested on the same samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from forge.accounts.models import Organisation
from forge.builds.evaluations.outcomes import samples_under_test
from forge.builds.models import Build
from forge.datasets.models import Sample
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.datasets.versions.actions import save_for_build
from forge.projects.actions import update_project, write_file
from forge.projects.models import Project
from forge.registry.models import Tag
from forge.registry.tags.publishing.actions import publish_build
from rune.assessment.evaluation.evaluation import SampleOutcome
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.evaluations import evaluated
from tests.support.forge.factories.members import RUNEFILE

ROWS = {b"1,2,3\n": "yes", b"2,3,4\n": "yes", b"3,4,5\n": "no", b"4,5,6\n": "no"}
"""The recordings of the test samples, with their labels."""

Publish = Callable[..., Tag]


@pytest.fixture
def other_project(organisation: Organisation, developer: Any) -> Project:
    """`acme/garage`."""
    garage = Project.objects.create(organisation=organisation, name="garage", created_by=developer)
    write_file(developer, garage, "Runefile.yml", RUNEFILE.encode())
    return garage


@pytest.fixture
def publish(developer: Any, owner: Any) -> Publish:
    """Publishes a version that was tested on samples, some of which it has wrong, of a project that is public then."""

    def publish(project: Project, version: str, wrong: Sequence[int] = (), rows: Mapping[bytes, str] = ROWS) -> Tag:
        if not Sample.objects.filter(data_set__project=project).exists():
            for row, label in rows.items():
                terms = recording_terms(project).text
                send_sample(developer, project, [row], label=label, days=90, consent=terms)
        write_file(developer, project, "version.md", version.encode())
        build = approved(built(developer, project, RUNE + f"{project.name} {version}".encode()))
        data = save_for_build(project)
        samples = samples_under_test(data, project)
        assert samples is not None
        Build.objects.filter(pk=build.pk).update(data_version=data)
        outcomes = [
            SampleOutcome(each.digest, each.label, "neither" if place in wrong else each.label)
            for place, each in enumerate(samples.samples)
        ]
        evaluated(build, outcomes, samples.digest)
        tag = publish_build(developer, Build.objects.get(pk=build.pk), version)
        update_project(owner, project, visibility="public")
        return tag

    return publish
