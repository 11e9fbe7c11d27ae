"""Says which published rune a command is about, and what its registry states of its origin, or of a block's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rune.blocks.shared_path import SharedPath
from rune.tools.remote import (
    CredentialStore,
    NotSigned,
    Reference,
    ReferenceInvalid,
    Registry,
    parse_reference,
    registry_url,
)
from rune.tools.remote.referrers import fetch_referrers
from rune.tools.signing.block_provenance import BlockProvenance, read_block_provenance
from rune.tools.signing.errors import BadBundle
from rune.tools.signing.provenance import read_provenance
from rune.tools.signing.referrers import STATEMENT_TYPE
from rune.tools.signing.statements import LARGEST_STATEMENT, read_statement
from rune.wording import plain


@dataclass(frozen=True)
class NamedRune:
    """A rune that a command was given, with the address of its registry and the token for it."""

    reference: Reference
    address: str
    token: str | None


def named_rune(text: str, registry: str | None, *, insecure: bool) -> NamedRune:
    """Reads a reference such as `acme/keywords:1.0`; without a tag it is `latest`. The registry is the option's, else
    the reference's, else that of the last sign-in. Raises `RemoteError`."""
    reference = parse_reference(text)
    if reference.tag is None and reference.digest is None:
        reference = replace(reference, tag="latest")
    credentials = CredentialStore().read()
    address = registry or reference.registry or credentials.usual
    if address is None:
        raise ReferenceInvalid(
            f"Name the registry of {reference}: run rune login first, or write the registry in front: "
            f"http://127.0.0.1:8000/{reference}"
        )
    address = registry_url(address, insecure=insecure)
    return NamedRune(reference, address, credentials.tokens.get(address))


def unsigned_block_statement(remote: Registry, path: SharedPath, digest: str) -> bytes:
    """Returns the unsigned statement of the registry about a version of a block. Raises `NotSigned` if the registry
    has no such statement."""
    for each in fetch_referrers(remote, repository_of(path), digest, STATEMENT_TYPE, LARGEST_STATEMENT):
        try:
            origin = read_block_provenance(read_statement(each.data))
        except BadBundle:
            continue
        if origin.manifest == digest and is_provenance_of(origin, path):
            return each.data
    raise NotSigned(f"The registry does not state where {path} came from")


def repository_of(path: SharedPath) -> str:
    """The repository whose referrers tell of a block: that of its project."""
    return f"{path.block.organisation}/{path.block.project}"


def is_provenance_of(origin: BlockProvenance, path: SharedPath) -> bool:
    """Returns whether a provenance tells of this block and this version, and not of another with the same bytes."""
    subject = (origin.repository, origin.block, origin.publication.tag)
    return subject == (repository_of(path), path.block.name, path.version)


def unsigned_statement(remote: Registry, reference: Reference, digest: str) -> bytes:
    """Returns the unsigned statement of the registry about a manifest, for the tag if the reference has one. Raises
    `NotSigned` if the registry has no such statement."""
    statements = []
    for each in fetch_referrers(remote, reference.repository, digest, STATEMENT_TYPE, LARGEST_STATEMENT):
        try:
            statement = read_statement(each.data)
            origin = read_provenance(statement)
        except BadBundle:
            continue
        if statement.is_about(digest) and origin.repository == reference.repository:
            statements.append((origin.publication.tag == reference.tag, each.data))
    if not statements:
        raise NotSigned(f"The registry does not state where {plain(str(reference))} came from")
    return max(statements, key=lambda each: each[0])[1]
