"""Scenes of a project's deployments: they are created, changed, moved and blocked, and keys come and go."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import cast

from django.test import override_settings

from forge.accounts.principals import INSTALLATION
from forge.deployments import actions as deployments
from forge.deployments.bindings import actions as bindings
from forge.deployments.bindings.actions import bind_to_group
from forge.deployments.bound_devices import order_of
from forge.deployments.images.actions import store_image
from forge.deployments.models import Deployment
from forge.deployments.updates.actions import signer
from forge.deployments.updates.actions.replacing import replace_update_keys
from forge.deployments.updates.models import UpdateKey, UpdateRole
from forge.fleet.groups.actions import create_group
from forge.fleet.groups.assignments import AssignedRelease, assign_release, assignment_of
from forge.jobs.kinds import JobContext
from forge.registry.provenance.signing.actions.keys import add_signing_key
from forge.registry.tags.publishing.actions import publish_build
from forge.telemetry.switch.actions import turn_off, turn_on
from hmrd.protocol.orders import sign_order
from rune.tools.signing.keys import Algorithm, make_private_key
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import built_with, deployed, now, published

_OTHER = RUNE + b"other"


def _two_releases(world: EventWorld) -> Deployment:
    deployment = deployed(world.developer, world.project)
    published(world.developer, world.project, "beta", _OTHER)
    deployments.serve_tag(world.developer, deployment, "beta")
    return deployment


@scene(store_image)
def an_image_for_stock_clients_is_stored(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project, kind="devices")
    create_group(world.developer, world.organisation, "Berlin", "site=berlin")
    bind_to_group(world.developer, deployment, "berlin", 0)
    return lambda: store_image(world.developer, deployment, 1, "kitchen.swu", [b"an image"])


@scene(deployments.create_deployment)
def a_deployment_is_created(world: EventWorld) -> Act:
    published(world.developer, world.project, "stable")
    return lambda: deployments.create_deployment(world.developer, world.project, "Website", "web", "stable")


@scene(deployments.change_deployment)
def the_origins_of_a_deployment_change(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project)
    return lambda: deployments.change_deployment(world.developer, deployment, origins=["https://b.example"])


@scene(turn_on)
def telemetry_of_a_deployment_is_turned_on(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project)
    return lambda: turn_on(world.developer, deployment)


@scene(turn_off)
def telemetry_of_a_deployment_is_turned_off(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project)
    turn_on(world.developer, deployment)
    return lambda: turn_off(world.developer, deployment)


@scene(deployments.delete_deployment)
def a_deployment_is_deleted(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project)
    return lambda: deployments.delete_deployment(world.owner, deployment)


@scene(deployments.serve_tag)
def a_deployment_gets_another_version(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project)
    published(world.developer, world.project, "beta", _OTHER)
    return lambda: deployments.serve_tag(world.developer, deployment, "beta")


@scene(deployments.promote)
def a_deployment_is_promoted(world: EventWorld) -> Act:
    _two_releases(world)
    production = deployed(world.developer, world.project, title="Production", promoted_from="website")
    return lambda: deployments.promote(world.developer, production)


@scene(deployments.go_back)
def a_deployment_goes_back(world: EventWorld) -> Act:
    deployment = _two_releases(world)
    return lambda: deployments.go_back(world.developer, deployment, 1)


@scene(deployments.follow_tag)
def a_deployment_follows_its_tag(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project, follow=True)
    published(world.developer, world.project, "stable", _OTHER)
    return lambda: deployments.follow_tag(INSTALLATION, deployment)


@scene(deployments.follow_tag)
def a_deployment_stays_as_its_tag_moved_to_what_nobody_approved(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project, follow=True)
    publish_build(world.developer, built_with(world.developer, world.project, _OTHER), "stable")
    return lambda: deployments.follow_tag(INSTALLATION, deployment)


@scene(deployments.create_key)
def a_deployment_gets_a_key(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project)
    return lambda: deployments.create_key(world.developer, deployment, "iOS")


@scene(deployments.rotate_key)
def a_key_is_rotated(world: EventWorld) -> Act:
    key, _ = deployments.create_key(world.developer, deployed(world.developer, world.project), "iOS")
    return lambda: deployments.rotate_key(world.developer, key.deployment, key.pk)


@scene(deployments.revoke_key)
def a_key_is_revoked(world: EventWorld) -> Act:
    key, _ = deployments.create_key(world.developer, deployed(world.developer, world.project), "iOS")
    return lambda: deployments.revoke_key(world.developer, key.deployment, key.pk)


@scene(replace_update_keys)
def the_keys_of_updates_are_replaced(world: EventWorld) -> Act:
    organisation = world.project.organisation
    UpdateKey.objects.create(
        organisation=organisation, role=UpdateRole.ROOT, key_id="0" * 64, public_key={}, sealed="sealed"
    )
    return lambda: replace_update_keys(world.owner, organisation, "The laptop was stolen.")


def _bound(world: EventWorld) -> Deployment:
    """A deployment for a group of devices, whose release was signed."""
    deployment = deployed(world.developer, world.project, kind="devices")
    create_group(world.developer, world.organisation, "Berlin", "site=berlin")
    bindings.bind_to_group(world.developer, deployment, "berlin", 0)
    release = now(deployment)
    name = f"{world.project.full_name}/{deployment.name}"
    path = AssignedRelease(deployment.pk, "kitchen / Website", name, 1, release.version, release.rune, release.size)
    assign_release(path)
    return deployment


@scene(bindings.bind_to_group)
def a_deployment_is_bound_to_a_group(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project, kind="devices")
    create_group(world.developer, world.organisation, "Berlin", "site=berlin")
    return lambda: bindings.bind_to_group(world.developer, deployment, "berlin", 0)


@scene(bindings.unbind_from_group)
def a_deployment_is_for_a_group_no_more(world: EventWorld) -> Act:
    deployment = _bound(world)
    return lambda: bindings.unbind_from_group(world.developer, deployment)


@scene(bindings.store_home_order)
def a_key_at_home_signs_an_order(world: EventWorld) -> Act:
    deployment, key = _bound(world), make_private_key(Algorithm.ED25519)
    add_signing_key(world.owner, world.organisation, key.public.pem)
    assignment = assignment_of(deployment.pk)
    assert assignment is not None
    order = order_of(assignment)
    assert order is not None
    return lambda: bindings.store_home_order(world.developer, deployment, sign_order(order, key))


@scene(signer.sign_deployment)
def a_worker_computes_the_self_test_of_what_was_signed_for_devices(world: EventWorld) -> Act:
    deployment = deployed(world.developer, world.project, kind="devices")
    create_group(world.developer, world.organisation, "Berlin", "site=berlin")
    bindings.bind_to_group(world.developer, deployment, "berlin", 0)
    job = SimpleNamespace(spec={"deployment": str(deployment.pk)}, confirm_lease=lambda: None)

    def sign() -> None:
        with TemporaryDirectory() as folder, override_settings(SIGNING_SECRET_FILE=Path(folder) / "secret"):
            signer.sign_deployment(cast(JobContext, job))

    return sign
