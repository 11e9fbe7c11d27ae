"""Scenes of statuses of runes for advisories, and of signed lists of devices."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import override_settings

from forge.exposure.exports.actions import request_export
from forge.exposure.vex.actions import state_vex
from forge.registry.provenance.signing.actions.keys import create_signing_key
from rune.tools.signing.keys import Algorithm
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.exposure import rune_of
from tests.support.forge.factories.deployments import published
from tests.support.forge.signing_jobs import run_signing_jobs


@scene(state_vex)
def a_developer_sets_the_status_of_a_rune(world: EventWorld) -> Act:
    rune = rune_of(published(world.developer, world.project, "7.0"))
    return lambda: state_vex(world.developer, world.project, rune, "CVE-2026-1234", "under_investigation")


@scene(request_export)
def a_developer_asks_for_a_signed_list_of_devices(world: EventWorld) -> Act:
    with (
        TemporaryDirectory() as folder,
        override_settings(SIGNING_SECRET_FILE=Path(folder) / "apart" / "signing-secret"),
    ):
        create_signing_key(world.owner, world.organisation, Algorithm.P256)
        run_signing_jobs()
    return lambda: request_export(world.developer, world.organisation, "advisory", "CVE-2026-1234")
