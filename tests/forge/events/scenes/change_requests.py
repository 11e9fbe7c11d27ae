"""Scenes of change requests: conflicts, merging and closing."""

from __future__ import annotations

from forge.jobs import queue
from forge.projects import actions as projects
from forge.projects.actions import write_file
from forge.projects.files.contents import find_file
from forge.projects.models import Fork
from forge.projects.versions.store import snapshot
from forge.reviews import actions as reviews
from forge.reviews.changes.merging import merging_of
from forge.reviews.models import ChangeRequest
from rune.editing.merge import Side
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.builds import RUNE, finished
from tests.support.forge.factories.members import RUNEFILE


@scene(reviews.offer_changes)
def the_projects_fork_is_offered_to_it(world: EventWorld) -> Act:
    fork = projects.fork_project(world.owner, world.project, world.organisation, "twin")
    write_file(world.owner, fork, "Runefile.yml", b"version: 1\n")
    return lambda: reviews.offer_changes(world.owner, fork, "Nothing but a head")


@scene(reviews.offer_changes)
def the_project_is_a_fork_and_is_offered(world: EventWorld) -> Act:
    origin = projects.create_project(world.owner, world.organisation, "origin")
    Fork.objects.create(project=world.project, origin=origin, base=snapshot(world.project))
    write_file(world.owner, world.project, "notes.md", b"new")
    return lambda: reviews.offer_changes(world.owner, world.project, "Notes")


def _offered(world: EventWorld) -> ChangeRequest:
    """A change that both sides made otherwise."""
    fork = projects.fork_project(world.owner, world.project, world.organisation, "twin")
    write_file(world.owner, fork, "Runefile.yml", RUNEFILE.replace("length: 8", "length: 4").encode() + b"# theirs\n")
    return reviews.offer_changes(world.owner, fork, "Four of them")


def _built_merged(world: EventWorld) -> ChangeRequest:
    offer = _offered(world)
    finished(reviews.build_merged(world.owner, offer), RUNE + b"merged")
    offer.refresh_from_db()
    return offer


@scene(reviews.offer_newer)
def newer_files_are_offered(world: EventWorld) -> Act:
    offer = _offered(world)
    assert offer.source is not None
    write_file(world.owner, offer.source, "notes.md", b"newer")
    return lambda: reviews.offer_newer(world.owner, offer)


@scene(reviews.resolve_conflict)
def a_conflict_is_resolved(world: EventWorld) -> Act:
    offer = _offered(world)
    text = find_file(world.project, "Runefile.yml").text or ""
    write_file(world.owner, world.project, "Runefile.yml", text.encode() + b"# ours\n")
    (conflict,) = merging_of(offer).conflicts
    return lambda: reviews.resolve_conflict(world.owner, offer, conflict.key, Side.THEIRS)


@scene(reviews.start_over)
def all_conflicts_are_open_again(world: EventWorld) -> Act:
    offer = _offered(world)
    return lambda: reviews.start_over(world.owner, offer)


@scene(reviews.build_merged)
def the_merged_result_is_built(world: EventWorld) -> Act:
    offer = _offered(world)
    return lambda: reviews.build_merged(world.owner, offer)


@scene(reviews.merge_change_request)
def a_change_request_is_merged(world: EventWorld) -> Act:
    offer = _built_merged(world)
    assert offer.build is not None
    reviews.give_verdict(world.reviewer, offer.build, "approve")
    return lambda: reviews.merge_change_request(world.owner, offer)


@scene(queue.announce_name)
def a_merged_build_is_called_otherwise(world: EventWorld) -> Act:
    return a_change_request_is_merged(world)


@scene(reviews.merge_past_gate)
def a_change_request_is_merged_past_its_gate(world: EventWorld) -> Act:
    offer = _built_merged(world)
    return lambda: reviews.merge_past_gate(world.owner, offer, "Nobody is here.")


@scene(reviews.undo_merge)
def a_merge_is_undone(world: EventWorld) -> Act:
    offer = _built_merged(world)
    reviews.merge_past_gate(world.owner, offer, "Nobody is here.")
    return lambda: reviews.undo_merge(world.owner, offer)


@scene(reviews.ask_for_changes)
def changes_are_requested_in_a_change_request(world: EventWorld) -> Act:
    offer = _offered(world)
    return lambda: reviews.ask_for_changes(world.reviewer, offer, "Say why.")


@scene(reviews.close_change_request)
def a_change_request_is_closed(world: EventWorld) -> Act:
    offer = _offered(world)
    return lambda: reviews.close_change_request(world.owner, offer, "Not now.")


@scene(reviews.reopen_change_request)
def a_closed_change_request_is_opened_again(world: EventWorld) -> Act:
    offer = _offered(world)
    reviews.close_change_request(world.owner, offer, "Not now.")
    return lambda: reviews.reopen_change_request(world.owner, offer)
