"""Scenes of notices."""

from __future__ import annotations

from forge.jobs import queue
from forge.jobs.models import JobState
from forge.notices import actions as notices
from forge.notices.access import notices_of
from forge.notices.delivery import recording
from forge.notices.models import Notice
from tests.forge.events.scenarios import Act, EventWorld, scene, take_build
from tests.support.forge.factories.builds import failed_build


def _noticed(world: EventWorld) -> Notice:
    failed_build(world.developer, world.project)
    return notices_of(world.developer)[0]


@scene(recording.record)
def a_failed_build_concerns_the_one_who_follows(world: EventWorld) -> Act:
    lease = take_build(world)
    return lambda: queue.finish(lease, JobState.FAILED, error="The Runefile has a problem.")


@scene(notices.change_notice)
def a_notice_is_read(world: EventWorld) -> Act:
    notice = _noticed(world)
    return lambda: notices.change_notice(world.developer, notice, read=True)


@scene(notices.read_all)
def all_notices_are_read(world: EventWorld) -> Act:
    _noticed(world)
    return lambda: notices.read_all(world.developer)


@scene(notices.mute)
def a_thread_is_muted(world: EventWorld) -> Act:
    notice = _noticed(world)
    return lambda: notices.mute(world.developer, notice)
