"""The option `--key`, and verifying what a registry gives by the keys that it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from rune.tools.cli.files.input_file import read_input_file
from rune.tools.remote import NotSigned, Reference, Registry
from rune.tools.remote.referrers import decoded_annotation, fetch_referrers
from rune.tools.signing.bundles import BUNDLE_TYPE, LARGEST_BUNDLE
from rune.tools.signing.errors import BadBundle, BadKey, SignatureRefused
from rune.tools.signing.keys import is_pem, read_fingerprint, read_public_key
from rune.tools.signing.provenance import ProvenanceOrigin, read_provenance
from rune.tools.signing.referrers import PUBLIC_KEY
from rune.tools.signing.statements import Statement
from rune.tools.signing.verifying import SignedBundle, Trust, VerifiedStatement, find_proof
from rune.wording import counted, plain

BUNDLE_SUFFIX = ".sigstore.json"
"""The suffix that a signature's file adds to the name of the rune's file."""


def key_option(text: str, metavar: str = "FILE|PEM|FINGERPRINT") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option that names the keys to trust."""
    return click.option("--key", "keys", multiple=True, metavar=metavar, help=text)


def trust_in(keys: Sequence[str], revocations: Mapping[str, str] | None = None) -> Trust:
    """The keys that somebody named: public halves as PEM texts or in files, or fingerprints. Raises
    `click.BadParameter`."""
    files, fingerprints = [], set()
    for text in keys:
        fingerprint = read_fingerprint(text)
        if fingerprint is not None:
            fingerprints.add(fingerprint)
            continue
        try:
            files.append(read_public_key(text.encode() if is_pem(text) else read_input_file(Path(text))))
        except BadKey as error:
            # A text may be a private key, which no message repeats.
            name = "The text" if is_pem(text) else text
            raise click.BadParameter(f"{name}: {error}", param_hint="--key") from error
    return Trust(tuple(files), frozenset(fingerprints), dict(revocations or {}))


def verified_statement(
    registry: Registry, repository: str, digest: str, trust: Trust, require: Callable[[Statement], None]
) -> VerifiedStatement:
    """Returns the statement of a trusted key about a manifest that says what `require` wants. Raises `NotSigned`."""
    bundles = [
        SignedBundle(each.data, decoded_annotation(each, PUBLIC_KEY))
        for each in fetch_referrers(registry, repository, digest, BUNDLE_TYPE, LARGEST_BUNDLE)
    ]
    try:
        return find_proof(bundles, trust, [digest], require)
    except SignatureRefused as error:
        raise NotSigned(f"{repository}@{digest} is not proven: {plain(str(error), longest=600)}") from error


def verified_rune(
    registry: Registry, repository: str, digest: str, trust: Trust, signed_as: Reference
) -> VerifiedStatement:
    """Returns the provenance that a trusted key signed of a manifest, for the repository of `signed_as` and for its
    tag, if it has one. Raises `NotSigned`."""

    def require(statement: Statement) -> None:
        try:
            origin = read_provenance(statement)
        except BadBundle as error:
            raise SignatureRefused(f"The signature is valid, but it {error}.", is_by_trusted_key=True) from error
        tag = origin.publication.tag
        if origin.repository != signed_as.repository or signed_as.tag not in (None, tag):
            name = plain(f"{origin.repository}:{tag}", longest=300)
            expected_name = signed_as.repository + (f":{signed_as.tag}" if signed_as.tag else "")
            message = f"The signature is about {name}, and not about {expected_name}."
            raise SignatureRefused(message, is_by_trusted_key=True)

    return verified_statement(registry, repository, digest, trust, require)


def origin_of(proof: VerifiedStatement) -> ProvenanceOrigin:
    """Returns where the rune came from. Raises `NotSigned` for a statement that does not say it."""
    try:
        return read_provenance(proof.statement)
    except BadBundle as error:
        raise NotSigned(f"The signature is valid, but it {error}.") from error


def origin_lines(proof: VerifiedStatement) -> list[str]:
    """Returns the proven facts, for a person."""
    origin = origin_of(proof)
    approvals = origin.publication.approvals
    admission = {
        "passed": "it passed the gate",
        "overridden": f"an owner published it past the gate: {origin.publication.reason}",
    }.get(origin.publication.admission, "its tag has no gate")
    return [
        f"Signed by the key {proof.key.fingerprint}",
        f"  {plain(origin.repository)}:{plain(origin.publication.tag)}, {plain(admission, longest=300)}",
        f"  built at {plain(origin.builder)} from version {origin.version}, {plain(str(origin.spec['version']))}",
        f"  with the toolchain {plain(str(origin.spec['toolchain']))}",
        *(f"  trained on {plain(each.name)}, {plain(each.digest)}" for each in origin.training_data),
        f"  approved by {counted(len(approvals), 'person', 'people')}" if approvals else "  approved by nobody",
    ]
