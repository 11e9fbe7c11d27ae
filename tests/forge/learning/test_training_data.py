"""The data that models were trained on, by the rows of the runs and searches that gave them."""

from __future__ import annotations

from typing import Any

import pytest

from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_bytes
from forge.learning.training_data import TrainingData, training_data_of
from rune.digests import digest_of
from tests.support.forge.factories.searches import finished_search
from tests.support.forge.factories.training import finish_run, motion_run, motion_version

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_a_model_of_a_run_or_a_trial_has_the_version_that_it_learned_from(project: Any, developer: Any) -> None:
    version = motion_version(developer, project)
    finish_run(motion_run(developer, project), b"trained")
    finished_search(developer, project, trials=2)
    run_digest, trial_digest = digest_of(b"trained"), digest_of(b"model 2")
    data = TrainingData(1, version.digest)
    assert training_data_of(project, [run_digest, trial_digest, digest_of(b"other")]) == {
        run_digest: data,
        trial_digest: data,
    }
    assert training_data_of(project, []) == {}


@pytest.mark.slow
def test_a_backbone_was_not_trained_by_the_run_that_links_it(project: Any, developer: Any) -> None:
    motion_version(developer, project)
    run, backbone = finish_run(motion_run(developer, project)), put_bytes(b"backbone")
    link_derived(run, [backbone.digest], project.organisation_id)
    assert training_data_of(project, [backbone.digest]) == {}


@pytest.mark.slow
def test_the_runs_of_another_project_say_nothing_of_this_one(project: Any, developer: Any, organisation: Any) -> None:
    motion_version(developer, project)
    finish_run(motion_run(developer, project), b"trained")
    other = type(project).objects.create(organisation=organisation, name="garden", created_by=developer)
    assert training_data_of(other, [digest_of(b"trained")]) == {}
