"""Verifying where a shared block came from, and signing at home that it came from there."""

from __future__ import annotations

from collections.abc import Sequence

from rune.blocks.shared_path import SharedPath
from rune.digests import digest_of
from rune.tools.cli.registry.organisation_keys import revoked_keys
from rune.tools.cli.registry.published import is_provenance_of, repository_of
from rune.tools.cli.registry.trusted_keys import trust_in, verified_statement
from rune.tools.remote import NotSigned, PulledBlock, Registry
from rune.tools.signing.block_provenance import BlockProvenance, read_block_provenance
from rune.tools.signing.errors import BadBundle, SignatureRefused
from rune.tools.signing.statements import Statement
from rune.tools.signing.verifying import VerifiedStatement
from rune.wording import counted, plain


def verified_block(
    remote: Registry, address: str, token: str | None, path: SharedPath, pulled_block: PulledBlock, keys: Sequence[str]
) -> VerifiedStatement:
    """Returns what one of the keys signed of a block that was pulled. Raises `NotSigned`, also for the proof of another
    block or version, and where its source is not the one that was signed."""
    revocations = revoked_keys(address, token, repository_of(path))
    source = digest_of(pulled_block.source)

    def require(statement: Statement) -> None:
        try:
            origin = read_block_provenance(statement)
        except BadBundle as error:
            raise SignatureRefused(f"The signature is valid, but it {error}.", is_by_trusted_key=True) from error
        if not is_provenance_of(origin, path):
            name = plain(f"{origin.repository}#{origin.block}@{origin.publication.tag}", longest=300)
            raise SignatureRefused(f"The signature is about {name}, and not about {path}.", is_by_trusted_key=True)
        if all(each.digest != source for each in origin.files):
            message = f"The signature of {path} is not about its source, {source}."
            raise SignatureRefused(message, is_by_trusted_key=True)

    return verified_statement(remote, repository_of(path), pulled_block.digest, trust_in(keys, revocations), require)


def block_origin(proof: VerifiedStatement) -> BlockProvenance:
    """Returns where a block came from. Raises `NotSigned` for a statement that does not say it."""
    try:
        return read_block_provenance(proof.statement)
    except BadBundle as error:
        raise NotSigned(f"The signature is valid, but it {error}.") from error


def block_origin_lines(proof: VerifiedStatement) -> list[str]:
    """Returns the proven facts, for a person."""
    origin = block_origin(proof)
    publication, approvals = origin.publication, origin.publication.approvals
    admission = {
        "passed": "it passed the gate",
        "overridden": f"an owner published it past the gate: {publication.reason}",
        "open": "its version has no gate",
    }.get(publication.admission, "nobody recorded whether it passed a gate")
    name = f"{origin.repository}#{origin.block}@{publication.tag}"
    return [
        f"Signed by the key {proof.key.fingerprint}",
        f"  {plain(name)}, {plain(admission, longest=300)}",
        f"  published at {plain(origin.server)} from {plain(origin.path)} of version {origin.version}, "
        f"{plain(origin.source)}",
        f"  approved by {counted(len(approvals), 'person', 'people')}" if approvals else "  approved by nobody",
    ]
