"""Scenes of published runes and blocks."""

from __future__ import annotations

from forge.accounts.principals import INSTALLATION
from forge.projects.actions import write_file
from forge.registry.blocks import actions as blocks
from forge.registry.distribution.artifacts import actions as artifacts
from forge.registry.tags.describing import actions as describing
from forge.registry.tags.publishing import actions as publishing
from forge.registry.tags.withdrawing import actions as withdrawing
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.blocks import published_block
from tests.support.forge.factories.builds import approved, built
from tests.support.runes.shared_blocks import SMOOTH


@scene(publishing.publish_build)
def a_build_is_published(world: EventWorld) -> Act:
    build = approved(built(world.developer, world.project))
    return lambda: publishing.publish_build(world.owner, build, "1.0")


@scene(publishing.publish_past_gate)
def a_build_is_published_past_the_gate(world: EventWorld) -> Act:
    build = built(world.developer, world.project)
    return lambda: publishing.publish_past_gate(world.owner, build, "1.0", "The fair opens in an hour.")


@scene(publishing.publish_build)
def a_tag_moves_to_another_build(world: EventWorld) -> Act:
    publishing.publish_build(world.owner, approved(built(world.developer, world.project)), "latest")
    write_file(world.developer, world.project, "notes.md", b"new")
    build = approved(built(world.developer, world.project, rune=b"\0asm\1\0\0\0 another"))
    return lambda: publishing.publish_build(world.owner, build, "latest")


def _published(world: EventWorld) -> None:
    publishing.publish_build(world.owner, approved(built(world.developer, world.project)), "1.0")


@scene(describing.describe_tag)
def notes_of_a_version_are_written(world: EventWorld) -> Act:
    _published(world)
    return lambda: describing.describe_tag(world.developer, world.project, "1.0", "Hears **more**.")


@scene(describing.deprecate_tag)
def a_version_is_deprecated(world: EventWorld) -> Act:
    _published(world)
    return lambda: describing.deprecate_tag(world.developer, world.project, "1.0", "Deaf in noise.")


@scene(describing.end_deprecation)
def a_deprecation_is_withdrawn(world: EventWorld) -> Act:
    _published(world)
    describing.deprecate_tag(world.owner, world.project, "1.0", "Deaf in noise.")
    return lambda: describing.end_deprecation(world.developer, world.project, "1.0")


@scene(withdrawing.withdraw_tag)
def a_version_is_withdrawn(world: EventWorld) -> Act:
    _published(world)
    return lambda: withdrawing.withdraw_tag(world.developer, world.project, "1.0", "It had a password in it.")


@scene(withdrawing.withdraw_for_operator)
def the_operator_withdraws_a_version(world: EventWorld) -> Act:
    _published(world)
    return lambda: withdrawing.withdraw_for_operator(INSTALLATION, world.project, "1.0", "It had a password in it.")


@scene(withdrawing.end_withdrawal)
def a_version_is_listed_again(world: EventWorld) -> Act:
    _published(world)
    withdrawing.withdraw_tag(world.owner, world.project, "1.0", "It had a password in it.")
    return lambda: withdrawing.end_withdrawal(world.developer, world.project, "1.0")


@scene(blocks.publish_block)
def a_block_is_published(world: EventWorld) -> Act:
    write_file(world.developer, world.project, "smooth.py", SMOOTH)
    approved(built(world.developer, world.project))
    return lambda: blocks.publish_block(world.developer, world.project, "smooth.py", "1.0")


@scene(blocks.deprecate_block)
def a_block_is_deprecated(world: EventWorld) -> Act:
    published_block(world.developer, world.project)
    return lambda: blocks.deprecate_block(world.developer, world.project, "smooth", "1.0", "It clicks.")


@scene(blocks.end_block_deprecation)
def advice_against_a_block_is_withdrawn(world: EventWorld) -> Act:
    published_block(world.developer, world.project)
    blocks.deprecate_block(world.owner, world.project, "smooth", "1.0", "It clicks.")
    return lambda: blocks.end_block_deprecation(world.developer, world.project, "smooth", "1.0")


@scene(blocks.withdraw_block)
def a_block_is_withdrawn(world: EventWorld) -> Act:
    published_block(world.developer, world.project)
    return lambda: blocks.withdraw_block(world.developer, world.project, "smooth", "1.0", "It had a key in it.")


@scene(blocks.end_block_withdrawal)
def the_withdrawal_of_a_block_ends(world: EventWorld) -> Act:
    published_block(world.developer, world.project)
    blocks.withdraw_block(world.owner, world.project, "smooth", "1.0", "It had a key in it.")
    return lambda: blocks.end_block_withdrawal(world.developer, world.project, "smooth", "1.0")


@scene(artifacts.change_registry_rules)
def the_registry_of_an_organisation_takes_all(world: EventWorld) -> Act:
    terms = artifacts.RegistryTerms(takes_all=True)
    return lambda: artifacts.change_registry_rules(world.owner, world.organisation, terms)
