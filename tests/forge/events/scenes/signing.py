"""Scenes of keys that sign: made, brought and revoked."""

from __future__ import annotations

from forge.registry.provenance.signing.actions import keys as signing
from rune.tools.signing.keys import Algorithm, make_private_key
from tests.forge.events.scenarios import Act, EventWorld, scene


@scene(signing.create_signing_key)
def an_owner_asks_for_a_signing_key(world: EventWorld) -> Act:
    return lambda: signing.create_signing_key(world.owner, world.organisation, Algorithm.ED25519)


@scene(signing.add_signing_key)
def an_owner_brings_a_signing_key(world: EventWorld) -> Act:
    pem = make_private_key(Algorithm.ED25519).public.pem
    return lambda: signing.add_signing_key(world.owner, world.organisation, pem)


@scene(signing.revoke_signing_key)
def an_owner_revokes_a_signing_key(world: EventWorld) -> Act:
    pem = make_private_key(Algorithm.ED25519).public.pem
    key = signing.add_signing_key(world.owner, world.organisation, pem)
    return lambda: signing.revoke_signing_key(world.owner, world.organisation, key.pk, "The laptop was stolen.")
