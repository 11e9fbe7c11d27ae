"""`rune sign`: sign at home what was published, with a key that the server does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from rune.blocks.shared_path import parse_shared_path
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.fetched_blocks import registry_for
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.registry.hardware_keys import SCHEME, hardware_key
from rune.tools.cli.registry.organisation_keys import require_registered
from rune.tools.cli.registry.published import named_rune, repository_of, unsigned_block_statement, unsigned_statement
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.cli.registry.trusted_keys import origin_lines
from rune.tools.cli.registry.verified_blocks import block_origin_lines
from rune.tools.remote import (
    Registry,
)
from rune.tools.remote.referrers import push_referrer
from rune.tools.signing.bundles import sign_statement
from rune.tools.signing.errors import BadKey
from rune.tools.signing.keys import PrivateKey, SigningHalf, is_encrypted, read_private_key
from rune.tools.signing.referrers import SubjectManifest, signature
from rune.tools.signing.verifying import SignedBundle, Trust, VerifiedStatement, verify_bundle


@click.command()
@click.argument("reference")
@click.option(
    "--key",
    "key_file",
    required=True,
    metavar="FILE|pkcs11:...",
    help="The file of the private key, in PEM form, which stays on this computer; or the key's address on a token.",
)
@click.option("--yes", is_flag=True, help="Sign without asking.")
@click.option("--registry", help="The registry; by default that of the last rune login.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@explained
def command(reference: str, key_file: str, yes: bool, registry: str | None, insecure: bool) -> None:
    """Sign the published rune REFERENCE, such as acme/keywords:1.0, with a key of your own.

    A version of a shared block, such as acme/sounds#smooth@1.2, is signed in the same way. It shows what the registry
    says of the origin, signs that, and pushes the signature, for which the token needs registry:push.

    An owner adds the public half of the key to the signing keys of the organisation before. If the organisation does
    not have the key or revoked it, nothing is signed, and the exit status is 10.
    """
    with _open_key(key_file) as key:
        _sign_reference(reference, key, yes, registry, insecure=insecure)


def _sign_reference(reference: str, key: SigningHalf, yes: bool, registry: str | None, *, insecure: bool) -> None:
    path = parse_shared_path(reference)
    if path is not None:
        address, token = registry_for(registry, insecure=insecure)
        require_registered(address, token, repository_of(path), key.public)
        with Registry(address, token, insecure=insecure) as remote:
            pulled_block = remote.block(path)
            subject = SubjectManifest(pulled_block.digest, len(pulled_block.manifest))
            statement = unsigned_block_statement(remote, path, pulled_block.digest)
            signature_digest = _sign(
                remote, repository_of(path), subject, statement, key, block_origin_lines, asks=not yes
            )
        click.echo(f"{path}: signed by {key.public.fingerprint}, {signature_digest}")
        return
    rune = named_rune(reference, registry, insecure=insecure)
    rune_reference = rune.reference
    require_registered(rune.address, rune.token, rune_reference.repository, key.public)
    with Registry(rune.address, rune.token, insecure=insecure) as remote:
        subject = SubjectManifest(*remote.manifest_digest(rune_reference))
        statement = unsigned_statement(remote, rune_reference, subject.digest)
        signature_digest = _sign(remote, rune_reference.repository, subject, statement, key, origin_lines, asks=not yes)
    click.echo(f"{rune_reference}: signed by {key.public.fingerprint}, {signature_digest}")


def _sign(
    remote: Registry,
    repository: str,
    subject: SubjectManifest,
    statement: bytes,
    key: SigningHalf,
    lines_of: Callable[[VerifiedStatement], list[str]],
    *,
    asks: bool,
) -> str:
    """Shows what will be signed, signs it, and pushes the signature. Returns its digest."""
    bundle = sign_statement(statement, key)
    proof = verify_bundle(SignedBundle(bundle), Trust((key.public,)), [subject.digest])
    click.echo("\n".join(["This will be signed:", *lines_of(proof)[1:]]), err=True)
    if asks:
        click.confirm("Sign this?", abort=True, err=True)
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    referrer = signature(subject, bundle, key.public, created)
    return push_referrer(remote, repository, referrer.manifest, (referrer.config, referrer.layer))


@contextmanager
def _open_key(place: str) -> Iterator[SigningHalf]:
    """Opens the key that `--key` names. That of a token signs until the block ends. Raises `CommandFailed`."""
    if not place.startswith(SCHEME):
        yield _key_in(Path(place))
        return
    try:
        with hardware_key(place, lambda token: click.prompt(f"PIN of {token}", hide_input=True, err=True)) as key:
            yield key
    except BadKey as error:
        raise CommandFailed("Unable to use the key of the token", (str(error),)) from error


def _key_in(place: Path) -> PrivateKey:
    data = read_input_file(place)
    password = None
    if is_encrypted(data):
        password = click.prompt(f"Password of {place}", hide_input=True, err=True).encode()
    try:
        return read_private_key(data, password)
    except BadKey as error:
        raise CommandFailed(f"Unable to use {place}", (str(error),)) from error
