"""`rune rebuild`: build a published rune again from its provenance, and compare all bytes."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from rune.assessment.verify.runes.rebuild_result import RebuildResult, RebuildState
from rune.assessment.verify.runes.rebuild_spec import UnknownSpec, rebuild_from_spec
from rune.compiler.anvil.compiling.object_folder import SHARING
from rune.digests import digest_of
from rune.project.files import FileError, ProjectFiles
from rune.tools.cli.failure import NOT_PROVEN, CommandFailed, command_failure
from rune.tools.cli.files.fetched_blocks import with_fetched_blocks
from rune.tools.cli.files.project import project_of
from rune.tools.cli.registry.organisation_keys import revoked_keys
from rune.tools.cli.registry.published import NamedRune, named_rune, unsigned_statement
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.cli.registry.trusted_keys import key_option, trust_in, verified_rune
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
class _PublishedRune:
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
    rune = named_rune(reference, registry, insecure=insecure)
    published_rune = _fetch(rune, keys, insecure=insecure)
    files = _files_of(rune, published_rune.origin) if source is None else project_of(source).files
    try:
        with progress(f"Building {rune.reference} again"):
            rebuild = rebuild_from_spec(files, published_rune.rune, published_rune.origin.spec)
    except UnknownSpec as error:
        raise CommandFailed(f"Unable to build {rune.reference} again", (str(error),)) from error
    except FileError as error:
        raise command_failure(f"Unable to build {rune.reference} again", error) from error
    if not rebuild.is_proven:
        rebuild = replace(rebuild, differences=(*_other_files(files, published_rune.origin), *rebuild.differences))
    if form == "json":
        print_json(_to_json(rune, published_rune, rebuild))
    else:
        _show(rune, published_rune, rebuild)
    sys.exit(0 if rebuild.is_proven else 1 if rebuild.is_wrong else NOT_PROVEN)


def _fetch(rune: NamedRune, keys: Sequence[str], *, insecure: bool) -> _PublishedRune:
    """Fetches the rune and its provenance. Raises `RemoteError`."""
    with Registry(rune.address, rune.token, insecure=insecure) as remote:
        digest, _ = remote.manifest_digest(rune.reference)
        exact = replace(rune.reference, digest=digest)
        statement, fingerprint = _statement(remote, rune, digest, keys)
        content = io.BytesIO()
        pulled_rune = remote.pull(exact, content)
    if not statement.is_about(pulled_rune.digest):
        raise NotSigned(f"The provenance of {rune.reference} is not about its rune, {pulled_rune.digest}")
    return _PublishedRune(content.getvalue(), pulled_rune.digest, read_provenance(statement), fingerprint)


def _statement(remote: Registry, rune: NamedRune, digest: str, keys: Sequence[str]) -> tuple[Statement, str | None]:
    """The provenance of a manifest, and the key that signed it. Without `keys`, that of the registry unsigned."""
    if not keys:
        return read_statement(unsigned_statement(remote, rune.reference, digest)), None
    revocations = revoked_keys(rune.address, rune.token, rune.reference.repository)
    proof = verified_rune(remote, rune.reference.repository, digest, trust_in(keys, revocations), rune.reference)
    return proof.statement, proof.key.fingerprint


def _files_of(rune: NamedRune, origin: ProvenanceOrigin) -> ProjectFiles:
    """The files of the version that the provenance names, from the server, with the blocks in its lock."""
    names = names_of(rune.reference.repository)
    request = get("/projects/{organisation}/{name}/versions/{number}/archive", **names, number=origin.version)
    try:
        with ForgeClient(rune.address, rune.token) as client:
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


def _show(rune: NamedRune, published_rune: _PublishedRune, rebuild: RebuildResult) -> None:
    name, origin = plain(str(rune.reference)), published_rune.origin
    if rebuild.is_proven:
        text, colour = f"{name}: built again, same {len(published_rune.rune):,} bytes, {published_rune.digest}", "green"
    else:
        text, colour = f"{name}: {rebuild.sentence()}", "red" if rebuild.is_wrong else "yellow"
    click.echo(click.style(text, fg=colour), color=settings().colours(sys.stdout))
    click.echo(f"  from version {origin.version}, {plain(str(origin.spec['version']))}")
    click.echo(f"  with the toolchain {plain(str(origin.spec['toolchain']))}")
    if rebuild.state is RebuildState.OTHER_TOOLCHAIN:
        builder = f" It was built by version {plain(rebuild.builder, 80)}." if rebuild.builder else ""
        click.echo(f"  That is not the toolchain of this command.{builder}")
    signed = (
        f"signed by the key {published_rune.key}"
        if published_rune.key
        else "not verified; name a key to trust with --key"
    )
    click.echo(f"  provenance: {signed}")
    click.echo("".join(f"  {each}\n" for each in rebuild.differences), nl=False)


def _to_json(rune: NamedRune, published_rune: _PublishedRune, rebuild: RebuildResult) -> dict[str, Any]:
    return {
        "reference": str(rune.reference),
        "digest": published_rune.digest,
        "size": len(published_rune.rune),
        "version": published_rune.origin.version,
        "toolchain": published_rune.origin.spec["toolchain"],
        "signed_by": published_rune.key,
        "rebuild": rebuild.to_json(),
    }
