"""`rune rebuild`: build a published rune again from its provenance, and compare all bytes."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from rune.compiler.anvil.compiling.object_folder import SHARING
from rune.compiler.verify.runes.rebuild_result import RebuildResult, RebuildState
from rune.compiler.verify.runes.rebuild_spec import UnknownSpec, rebuild_from_spec
from rune.digests import digest_of
from rune.project.files import FileError, ProjectFiles
from rune.tools.cli.failure import NOT_PROVEN, CommandFailed, failed
from rune.tools.cli.projects.fetched_blocks import with_fetched_blocks
from rune.tools.cli.projects.project import project_of
from rune.tools.cli.registry.published import NamedRune, named_rune, unsigned_statement
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.cli.registry.trusted_keys import key_option, revoked_keys, trust_in, verified_rune
from rune.tools.cli.settings import settings
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.tools.cli.terminal.progress import progress
from rune.tools.remote import NotSigned, Registry, RemoteNotFound, TokenNeeded
from rune.tools.remote.api import get, names_of
from rune.tools.remote.archives import LARGEST_ARCHIVE, files_in
from rune.tools.remote.forge_client import ForgeClient
from rune.tools.signing.provenance import ProvenanceOrigin, read_provenance
from rune.tools.signing.statements import Statement, read_statement
from rune.wording import plain


@dataclass(frozen=True)
class _Published:
    """A published rune, and what is stated of its origin."""

    rune: bytes
    digest: str
    origin: ProvenanceOrigin
    key: str | None
    """The fingerprint of the key that signed the statement; None where no key was named."""


@click.command()
@click.argument("reference")
@click.option(
    "--project",
    "source",
    type=click.Path(exists=True, path_type=Path),
    help="The folder or Runefile to build, instead of the files of the version that the provenance names.",
)
@key_option("A key that must have signed the provenance: a file with its public half, or its fingerprint. Repeatable.")
@click.option("--registry", help="The registry; by default that of the last rune login.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@format_option()
@explained
def command(
    reference: str, source: Path | None, keys: Sequence[str], registry: str | None, insecure: bool, form: str
) -> None:
    """Build the published rune REFERENCE, such as acme/keywords:1.0, again and compare all bytes.

    Its provenance says from which version of the project it was built, with which toolchain and options. The files of
    that version are fetched from the server, for which the token needs project:read, or taken from --project. Nothing
    that the server has built is used. With --key, the provenance must be signed by one of your keys.

    The exit status is 1 when the bytes differ, and 8 when another toolchain built the rune, so that its bytes cannot be
    compared. It is 9 when no key of yours signed the provenance.
    """
    SHARING.end()  # a proof uses nothing that was compiled before
    named = named_rune(reference, registry, insecure=insecure)
    published = _fetched(named, keys, insecure=insecure)
    files = _files_of(named, published.origin) if source is None else project_of(source).files
    try:
        with progress(f"Building {named.reference} again"):
            rebuild = rebuild_from_spec(files, published.rune, published.origin.spec)
    except UnknownSpec as error:
        raise CommandFailed(f"Unable to build {named.reference} again", (str(error),)) from error
    except FileError as error:
        raise failed(f"Unable to build {named.reference} again", error) from error
    if not rebuild.is_proven:
        rebuild = replace(rebuild, differences=(*_other_files(files, published.origin), *rebuild.differences))
    if form == "json":
        print_json(_to_json(named, published, rebuild))
    else:
        _show(named, published, rebuild)
    sys.exit(0 if rebuild.is_proven else 1 if rebuild.is_wrong else NOT_PROVEN)


def _fetched(named: NamedRune, keys: Sequence[str], *, insecure: bool) -> _Published:
    """Fetches the rune and its provenance. Raises `RemoteError`."""
    with Registry(named.address, named.token, insecure=insecure) as remote:
        digest, _ = remote.manifest_digest(named.reference)
        exact = replace(named.reference, digest=digest)
        statement, fingerprint = _statement(remote, named, digest, keys)
        received = io.BytesIO()
        pulled = remote.pull(exact, received)
    if not statement.is_about(pulled.digest):
        raise NotSigned(f"The provenance of {named.reference} is not about its rune, {pulled.digest}")
    return _Published(received.getvalue(), pulled.digest, read_provenance(statement), fingerprint)


def _statement(remote: Registry, named: NamedRune, digest: str, keys: Sequence[str]) -> tuple[Statement, str | None]:
    """The provenance of a manifest, and the key that signed it. Without `keys`, that of the registry unsigned."""
    if not keys:
        return read_statement(unsigned_statement(remote, named.reference, digest)), None
    revoked = revoked_keys(named.address, named.token, named.reference.repository)
    proof = verified_rune(remote, named.reference.repository, digest, trust_in(keys, revoked), named.reference)
    return proof.statement, proof.key.fingerprint


def _files_of(named: NamedRune, origin: ProvenanceOrigin) -> ProjectFiles:
    """The files of the version that the provenance names, from the server, with the blocks in its lock."""
    names = names_of(named.reference.repository)
    request = get("/projects/{organisation}/{name}/versions/{number}/archive", **names, number=origin.version)
    try:
        with ForgeClient(named.address, named.token) as client:
            archive = client.download(request, LARGEST_ARCHIVE)
    except (RemoteNotFound, TokenNeeded) as error:
        message = (
            f"The files of version {origin.version} cannot be read: {error} Name a folder that has them: --project."
        )
        raise type(error)(message, error.status) from error
    return with_fetched_blocks(files_in(archive))


def _other_files(files: ProjectFiles, origin: ProvenanceOrigin) -> Iterator[str]:
    """A sentence for each model that is not the one that the provenance names."""
    for material in origin.materials:
        if material.role != "model" or material.name not in files.paths():
            continue
        digest = digest_of(files.read(material.name))
        if digest != material.digest:
            yield f"it was built from another {plain(material.name)}, {plain(material.digest)}"


def _show(named: NamedRune, published: _Published, rebuild: RebuildResult) -> None:
    name, origin = plain(str(named.reference)), published.origin
    if rebuild.is_proven:
        text, colour = f"{name}: built again, same {len(published.rune):,} bytes, {published.digest}", "green"
    else:
        text, colour = f"{name}: {rebuild.sentence()}", "red" if rebuild.is_wrong else "yellow"
    click.echo(click.style(text, fg=colour), color=settings().colours(sys.stdout))
    click.echo(f"  from version {origin.version}, {plain(str(origin.spec['version']))}")
    click.echo(f"  with the toolchain {plain(str(origin.spec['toolchain']))}")
    if rebuild.state is RebuildState.OTHER_TOOLCHAIN:
        builder = f" It was built by version {plain(rebuild.builder, 80)}." if rebuild.builder else ""
        click.echo(f"  That is not the toolchain of this command.{builder}")
    signed = f"signed by the key {published.key}" if published.key else "not verified; name a key to trust with --key"
    click.echo(f"  provenance: {signed}")
    click.echo("".join(f"  {each}\n" for each in rebuild.differences), nl=False)


def _to_json(named: NamedRune, published: _Published, rebuild: RebuildResult) -> dict[str, Any]:
    return {
        "reference": str(named.reference),
        "digest": published.digest,
        "size": len(published.rune),
        "version": published.origin.version,
        "toolchain": published.origin.spec["toolchain"],
        "signed_by": published.key,
        "rebuild": rebuild.to_json(),
    }
