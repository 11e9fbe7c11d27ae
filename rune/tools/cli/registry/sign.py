"""`rune sign`: sign at home what was published, with a key that the server does not have."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.registry.published import named_rune, unsigned_statement
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.cli.registry.trusted_keys import origin_lines
from rune.tools.remote import (
    Registry,
)
from rune.tools.remote.referrers import push_referrer
from rune.tools.signing.bundles import sign_statement
from rune.tools.signing.errors import BadKey
from rune.tools.signing.keys import PrivateKey, is_encrypted, read_private_key
from rune.tools.signing.referrers import SubjectManifest, signature
from rune.tools.signing.verifying import Signed, Trust, VerifiedStatement, verify_bundle


@click.command()
@click.argument("reference")
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of the private key, in PEM form; it stays on this computer.",
)
@click.option("--yes", is_flag=True, help="Sign without asking.")
@click.option("--registry", help="The registry; by default that of the last rune login.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@explained
def command(reference: str, key_file: Path, yes: bool, registry: str | None, insecure: bool) -> None:
    """Sign the published rune REFERENCE, such as acme/keywords:1.0, with a key of your own.

    It shows what the registry says of the rune's origin, signs that, and pushes the signature. Add the public half of
    the key to the signing keys of the organisation before.
    """
    named = named_rune(reference, registry, insecure=insecure)
    wanted = named.reference
    key = _key_in(key_file)
    with Registry(named.address, named.token, insecure=insecure) as remote:
        digest, size = remote.manifest_digest(wanted)
        statement = unsigned_statement(remote, wanted, digest)
        bundle = sign_statement(statement, key)
        proof = verify_bundle(Signed(bundle), Trust((key.public,)), [digest])
        click.echo("\n".join(_shown(proof)), err=True)
        if not yes:
            click.confirm("Sign this?", abort=True, err=True)
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        referrer = signature(SubjectManifest(digest, size), bundle, key.public, created)
        pushed = push_referrer(remote, wanted.repository, referrer.manifest, (referrer.config, referrer.layer))
    click.echo(f"{wanted}: signed by {key.public.fingerprint}, {pushed}")


def _shown(proof: VerifiedStatement) -> list[str]:
    return ["This will be signed:", *origin_lines(proof)[1:]]


def _key_in(place: Path) -> PrivateKey:
    data = read_input_file(place)
    password = None
    if is_encrypted(data):
        password = click.prompt(f"Password of {place}", hide_input=True, err=True).encode()
    try:
        return read_private_key(data, password)
    except BadKey as error:
        raise CommandFailed(f"Unable to use {place}", (str(error),)) from error
