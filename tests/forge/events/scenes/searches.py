"""Scenes of searches: they begin, are stopped and go on, a trial is used, and they are deleted."""

from __future__ import annotations

from forge.datasets.models import DataVersion
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.searches import actions
from forge.learning.searches.models import ModelSearch, SearchTrial
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.searches import finished_search, motion_search
from tests.support.forge.factories.training import motion_version


def _with_data(world: EventWorld) -> None:
    if not DataVersion.objects.filter(data_set__project=world.project).exists():
        motion_version(world.developer, world.project, people=3)


@scene(actions.begin_search)
def a_search_begins(world: EventWorld) -> Act:
    _with_data(world)
    return lambda: motion_search(world.developer, world.project)


@scene(actions.stop_search)
def a_search_is_stopped(world: EventWorld) -> Act:
    _with_data(world)
    search = motion_search(world.developer, world.project)
    ModelSearch.objects.filter(pk=search.pk).update(state=LabJobState.RUNNING)
    search.refresh_from_db()
    return lambda: actions.stop_search(world.developer, search)


@scene(actions.stop_search_now)
def a_search_is_stopped_by_who_began_it(world: EventWorld) -> Act:
    _with_data(world)
    search = motion_search(world.developer, world.project)
    return lambda: actions.stop_search_now(world.developer, search)


@scene(actions.resume_search)
def a_search_goes_on(world: EventWorld) -> Act:
    _with_data(world)
    search = finished_search(world.developer, world.project)
    return lambda: actions.resume_search(world.developer, search, 60)


@scene(actions.use_trial)
def a_trial_is_used(world: EventWorld) -> Act:
    _with_data(world)
    search = finished_search(world.developer, world.project)
    trial = SearchTrial.objects.get(search=search, number=2)
    return lambda: actions.use_trial(world.developer, trial)


@scene(actions.open_trial)
def a_trial_is_opened(world: EventWorld) -> Act:
    _with_data(world)
    search = finished_search(world.developer, world.project)
    trial = SearchTrial.objects.get(search=search, number=2)
    return lambda: actions.open_trial(world.developer, trial)


@scene(actions.announce_search)
def the_job_of_a_search_goes_on(world: EventWorld) -> Act:
    _with_data(world)
    search = motion_search(world.developer, world.project)
    return lambda: actions.announce_search(search, world.developer)


@scene(actions.discard_search)
def a_search_is_deleted(world: EventWorld) -> Act:
    _with_data(world)
    search = finished_search(world.developer, world.project)
    return lambda: actions.discard_search(world.developer, search)
