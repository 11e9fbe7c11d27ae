"""`rune sign`: sign at home what was published, with a key that the server does not have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.cli.registry.trusted_keys import origin_lines
from rune.tools.remote import (
    CredentialStore,
    NotSigned,
    Reference,
    ReferenceInvalid,
    Registry,
    parse_reference,
    registry_url,
)
from rune.tools.remote.referrers import fetch_referrers, push_referrer
from rune.tools.signing.bundles import sign_statement
from rune.tools.signing.errors import BadBundle, BadKey
from rune.tools.signing.keys import PrivateKey, is_encrypted, read_private_key
from rune.tools.signing.provenance import read_provenance
from rune.tools.signing.referrers import STATEMENT_TYPE, SubjectManifest, signature
from rune.tools.signing.statements import LARGEST_STATEMENT, read_statement
from rune.tools.signing.verifying import Proof, Signed, Trust, verify_bundle
from rune.wording import plain


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
    wanted = parse_reference(reference)
    if wanted.tag is None and wanted.digest is None:
        wanted = replace(wanted, tag="latest")
    credentials = CredentialStore().read()
    address = registry or wanted.registry or credentials.usual
    if address is None:
        raise ReferenceInvalid(f"Which registry has {wanted}? Run rune login first, or write the registry in front.")
    address = registry_url(address, insecure=insecure)
    key = _key_in(key_file)
    with Registry(address, credentials.tokens.get(address), insecure=insecure) as remote:
        digest, size = remote.manifest_digest(wanted)
        statement = _statement(remote, wanted, digest)
        bundle = sign_statement(statement, key)
        proof = verify_bundle(Signed(bundle), Trust((key.public,)), [digest])
        click.echo("\n".join(_shown(proof)), err=True)
        if not yes:
            click.confirm("Sign this?", abort=True, err=True)
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        referrer = signature(SubjectManifest(digest, size), bundle, key.public, created)
        pushed = push_referrer(remote, wanted.repository, referrer.manifest, (referrer.config, referrer.layer))
    click.echo(f"{wanted}: signed by {key.public.fingerprint}, {pushed}")


def _shown(proof: Proof) -> list[str]:
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


def _statement(remote: Registry, wanted: Reference, digest: str) -> bytes:
    """The statement about the manifest, of the tag that was named where one was. Raises `NotSigned`."""
    statements = []
    for each in fetch_referrers(remote, wanted.repository, digest, STATEMENT_TYPE, LARGEST_STATEMENT):
        try:
            statement = read_statement(each.data)
            origin = read_provenance(statement)
        except BadBundle:
            continue
        if statement.is_about(digest) and origin.repository == wanted.repository:
            statements.append((origin.publication.tag == wanted.tag, each.data))
    if not statements:
        raise NotSigned(f"The registry does not say where {plain(str(wanted))} came from, so there is nothing to sign")
    return max(statements, key=lambda each: each[0])[1]
