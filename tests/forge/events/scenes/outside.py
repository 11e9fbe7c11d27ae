"""Scenes of what comes from outside or ends by itself: pushed artifacts, pulled branches, webhooks without a right."""

from __future__ import annotations

from forge.learning.hooks import IncomingModelFiles
from forge.projects import actions as projects
from forge.projects.actions import write_file
from forge.projects.git.remote import OutsideCommit, Remote
from forge.projects.models import Version
from forge.registry.distribution.artifacts.actions import deleting, pushing
from forge.registry.distribution.mirrors import actions as mirrors
from forge.registry.oci.manifests import oci_artifact
from forge.registry.oci.rune_facts import rune_facts
from forge.registry.tags.publishing import actions as publishing
from forge.repositories import actions as repositories
from forge.repositories.models import LinkedBranch
from forge.reviews.change_requests.actions import outside
from forge.reviews.changes.edits import Edits
from forge.webhooks import actions as webhooks
from forge.webhooks import grants
from rune.oci import MANIFEST_TYPE
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.builds import approved, built

_ORIGIN = outside.OutsideOrigin("Ada", "https://git.example/acme/kitchen.git main")


def _link(world: EventWorld) -> LinkedBranch:
    remote = Remote("https://git.example/acme/kitchen.git", "main")
    return repositories.link_branch(world.developer, world.project, remote)


def _version(world: EventWorld, text: bytes) -> Version:
    write_file(world.developer, world.project, "notes.md", text)
    return projects.save_version(world.developer, world.project, "Notes")


def _incoming(version: Version, commit: str = "1" * 40) -> repositories.IncomingCommit:
    return repositories.IncomingCommit(version, OutsideCommit(commit, "Ada", "Count to two", 1_700_000_000))


@scene(pushing.push_manifest)
def a_client_pushes_the_manifest_of_a_build(world: EventWorld) -> Act:
    build = approved(built(world.developer, world.project))
    assert build.artefact is not None
    manifest = oci_artifact(rune_facts(build, build.artefact)).manifest
    return lambda: pushing.push_manifest(world.owner, world.project, ["1.0"], manifest, MANIFEST_TYPE)


@scene(deleting.delete_tag)
def a_client_deletes_the_tag_of_a_build(world: EventWorld) -> Act:
    publishing.publish_build(world.owner, approved(built(world.developer, world.project)), "1.0")
    return lambda: deleting.delete_tag(world.owner, world.project, "1.0")


@scene(mirrors.copy_now)
def a_copy_to_another_registry_is_requested(world: EventWorld) -> Act:
    mirrors.set_mirror(world.owner, world.project, "to", "https://registry.example", "team/door")
    return lambda: mirrors.copy_now(world.owner, world.project)


@scene(mirrors.remove_mirror)
def a_mirror_with_a_copy_in_work_is_removed(world: EventWorld) -> Act:
    a_copy_to_another_registry_is_requested(world)()
    return lambda: mirrors.remove_mirror(world.owner, world.project, "to")


@scene(outside.bring_model)
def a_converted_model_is_offered(world: EventWorld) -> Act:
    base, head = _version(world, b"one"), _version(world, b"two")
    change = IncomingModelFiles("Use int8", "", "Conversion of net.keras", base, head)
    return lambda: outside.bring_model(world.developer, world.project, change)


@scene(repositories.pull)
def a_pull_is_queued(world: EventWorld) -> Act:
    _link(world)
    return lambda: repositories.pull(world.developer, world.project)


@scene(repositories.update_files)
def a_pull_brings_files(world: EventWorld) -> Act:
    link, version = _link(world), _version(world, b"One.\n")
    world.project.refresh_from_db()
    edits = Edits(world.project.sequence, frozenset(), ())
    return lambda: repositories.update_files(world.developer, link, _incoming(version), edits)


@scene(repositories.offer_commit)
def a_pull_offers_a_commit(world: EventWorld) -> Act:
    link, base = _link(world), _version(world, b"One.\n")
    head = _version(world, b"Two.\n")
    return lambda: repositories.offer_commit(world.developer, link, link.ref, base, _incoming(head))


@scene(outside.bring_from_outside)
def a_change_comes_from_elsewhere(world: EventWorld) -> Act:
    base, head = _version(world, b"One.\n"), _version(world, b"Two.\n")
    return lambda: outside.bring_from_outside(
        world.developer, world.project, _ORIGIN, "Count to two", base=base, offered_version=head
    )


@scene(outside.bring_newer)
def a_newer_change_comes_from_elsewhere(world: EventWorld) -> Act:
    base, head, newer = (_version(world, text) for text in (b"One.\n", b"Two.\n", b"Three.\n"))
    change = outside.bring_from_outside(
        world.developer, world.project, _ORIGIN, "Count to two", base=base, offered_version=head
    )
    return lambda: outside.bring_newer(world.developer, change, newer)


@scene(grants.stop_without_right)
def a_webhook_stops_since_its_makers_right_ended(world: EventWorld) -> Act:
    webhook, _ = webhooks.create_webhook(world.owner, world.organisation, "https://example.com/hook", ["build"])
    return lambda: grants.stop_without_right([webhook.pk])
