"""Scenes of a project's data: samples come, are labelled and deleted, and versions are saved."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from forge.datasets.models import Sample
from forge.datasets.samples import actions as samples
from forge.datasets.versions.actions import save_version
from tests.forge.events.scenarios import Act, World, scene
from tests.forge.factories.recordings import consent_of, sample_of


def _sample(world: World) -> Sample:
    return sample_of(consent_of(world.developer, world.project), world.developer)


@scene(samples.add_sample)
def a_recording_comes_into_the_data(world: World) -> Act:
    consent = consent_of(world.developer, world.project)
    return lambda: sample_of(consent, world.developer)


@scene(samples.mark_samples)
def a_sample_of_the_data_is_labelled(world: World) -> Act:
    marks = [samples.Mark(_sample(world).number, "glass", True)]
    return lambda: samples.mark_samples(world.developer, world.project, marks, 1)


@scene(samples.delete_sample)
def a_sample_of_the_data_is_deleted(world: World) -> Act:
    sample = _sample(world)
    return lambda: samples.delete_sample(world.developer, sample)


@scene(samples.withdraw_consent)
def the_consent_for_a_sample_of_a_version_is_withdrawn(world: World) -> Act:
    sample = _sample(world)
    save_version(world.developer, world.project, seen=1)
    return lambda: samples.withdraw_consent(world.developer, sample.consent)


@scene(samples.end_consents)
def the_time_of_a_sample_of_the_data_is_over(world: World) -> Act:
    _sample(world)
    return lambda: samples.end_consents(timezone.now() + timedelta(days=91))


@scene(save_version)
def a_version_of_the_data_is_saved(world: World) -> Act:
    _sample(world)
    return lambda: save_version(world.developer, world.project, seen=1)
