"""`rune pull`: fetch a rune from a registry into a file, which appears only when every byte is right."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import click

from rune.tools.cli.failure import command_failure
from rune.tools.cli.registry.organisation_keys import revoked_keys
from rune.tools.cli.registry.published import named_rune
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.cli.registry.trusted_keys import (
    BUNDLE_SUFFIX,
    key_option,
    origin_lines,
    trust_in,
    verified_rune,
)
from rune.tools.remote import (
    NotSigned,
    PulledRune,
    Reference,
    Registry,
    parse_reference,
)
from rune.tools.signing.verifying import VerifiedStatement


@click.command()
@click.argument("reference")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--registry", help="The registry; by default that of the last rune login.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@click.option(
    "--verify", "is_verified", is_flag=True, help="Save it only if a signature of one of the keys proves its origin."
)
@key_option("A key to trust, with --verify: a file with its public half, or its fingerprint. Can be repeated.")
@click.option("--signed-as", metavar="ORG/NAME[:TAG]", help="The name that was signed, where this is a copy of it.")
@explained
def command(
    reference: str,
    output: Path | None,
    registry: str | None,
    insecure: bool,
    is_verified: bool,
    keys: Sequence[str],
    signed_as: str | None,
) -> None:
    """Fetch the rune REFERENCE, such as acme/keywords:1.0, and write it to keywords.rune.

    The registry can be part of it: http://127.0.0.1:8000/acme/keywords:1.0. A digest in place of the tag
    (acme/keywords@sha256:...) fetches exactly those bytes.

    With --verify, the rune is saved only if one of your keys signed it under this name and tag; the signature is saved
    beside it, as keywords.rune.sigstore.json. A key that only the registry has is not trusted. A copy in a repository
    of another name, or under another tag, was signed as what it is a copy of: give that name with --signed-as.
    """
    if is_verified is not bool(keys):
        raise click.UsageError(
            "--verify and --key go together: a signature proves nothing without a key that you trust"
        )
    if signed_as is not None and not is_verified:
        raise click.UsageError("--signed-as says what --verify wants: give both")
    rune = named_rune(reference, registry, insecure=insecure)
    rune_reference = rune.reference
    signed = rune_reference if signed_as is None else parse_reference(signed_as)
    target = output or Path(f"{rune_reference.name}.rune")
    with Registry(rune.address, rune.token, insecure=insecure) as remote:
        proof = None
        if is_verified:
            revocations = revoked_keys(rune.address, rune.token, rune_reference.repository)
            digest, _ = remote.manifest_digest(rune_reference)
            rune_reference = replace(rune_reference, digest=digest)
            trust = trust_in(keys, revocations)
            proof = verified_rune(
                remote, rune_reference.repository, digest, trust, replace(signed, tag=signed.tag or rune_reference.tag)
            )
        pulled_rune = _pull_into(remote, rune_reference, target, proof)
    for warning in pulled_rune.warnings:
        click.secho(f"warning: {warning}", fg="yellow", err=True)
    click.echo(f"{target}: {pulled_rune.size} bytes, {pulled_rune.digest}")
    if proof is not None:
        click.echo("\n".join(origin_lines(proof)))


def _pull_into(remote: Registry, reference: Reference, target: Path, proof: VerifiedStatement | None) -> PulledRune:
    """Writes beside the target and moves into place, so that a pull that fails leaves no half of a rune, and none that
    the proof is not about. Raises `NotSigned`."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except OSError as error:
        raise command_failure(f'Unable to write "{target}"', OSError(error.errno, error.strerror)) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            pulled_rune = _with_progress(remote, reference, file)
        if proof is not None:
            if not proof.statement.is_about(pulled_rune.digest):
                raise NotSigned(
                    f"The signature of {reference} is not about its rune, {pulled_rune.digest}: nothing was saved"
                )
            target.with_name(f"{target.name}{BUNDLE_SUFFIX}").write_bytes(proof.bundle)
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        part.replace(target)
    except OSError as error:
        raise command_failure(f'Unable to write "{target}"', OSError(error.errno, error.strerror)) from error
    finally:
        part.unlink(missing_ok=True)
    return pulled_rune


def _with_progress(remote: Registry, reference: Reference, file: BinaryIO) -> PulledRune:
    """Draws a bar on a terminal's standard error; elsewhere it says nothing until the end."""
    shown_size = 0
    is_hidden = not sys.stderr.isatty()
    with click.progressbar(length=1, label=f"Pulling {reference}", file=sys.stderr, hidden=is_hidden) as bar:

        def advance(received_size: int, size: int) -> None:
            nonlocal shown_size
            bar.length = size
            bar.update(received_size - shown_size)
            shown_size = received_size

        return remote.pull(reference, file, advance)
