"""`rune withdraw`: take a published version of a rune or a block back."""

from __future__ import annotations

import click

from rune.blocks.shared_path import SharedPath, parse_shared_path
from rune.tools.cli.files.fetched_blocks import registry_for
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.remote import Reference, VersionWithdrawer, parse_reference


@click.command()
@click.argument("version")
@click.option("--reason", required=True, help="Why; everyone who used the version reads it.")
@click.option("--registry", help="The registry; by default that of the last rune login.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@explained
def command(version: str, reason: str, registry: str | None, insecure: bool) -> None:
    """Withdraw a published VERSION of a rune, such as acme/keywords:1.0, or of a block, such as acme/sounds#smooth@1.2.

    No list has it, and nobody gets it by its name. Its bytes stay for everyone who pinned its digest, with a warning,
    and the name never means other bytes. It needs a token with the scopes project:read and rune:publish.
    """
    block = parse_shared_path(version)
    if block is not None:
        address, token = registry_for(registry, insecure=insecure)
        _withdraw_block(address, token, block, reason)
        return
    if "#" in version:
        raise click.UsageError(f"{version} names no version of a block: write it as acme/sounds#smooth@1.2.")
    rune = parse_reference(version)
    if rune.tag is None or rune.digest is not None:
        raise click.UsageError(f"{version} names no version: write it as acme/keywords:1.0, without a digest.")
    address, token = registry_for(registry or rune.registry, insecure=insecure)
    _withdraw_rune(address, token, rune, reason)


def _withdraw_block(address: str, token: str | None, block: SharedPath, reason: str) -> None:
    with VersionWithdrawer(address, token) as server:
        server.withdraw_block(block, reason)
    click.echo(f"Withdrew {block}. Projects that have its digest in rune.lock still get it.")


def _withdraw_rune(address: str, token: str | None, rune: Reference, reason: str) -> None:
    with VersionWithdrawer(address, token) as server:
        server.withdraw_rune(rune.repository, str(rune.tag), reason)
    click.echo(f"Withdrew {rune}, and every tag of the same bytes. Who pinned the digest still gets them.")
