"""`rune verify --signature`: a rune's file against a signature that is a file too. No network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from rune.digests import digest_of
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.cli.registry.trusted_keys import origin_lines, trust_in
from rune.tools.remote import NotSigned
from rune.tools.signing.errors import SignatureRefused
from rune.tools.signing.verifying import SignedBundle, verify_bundle
from rune.wording import plain


@explained
def verify_signature(subject: Path, signature: Path | None, keys: Sequence[str]) -> None:
    """Says where a rune came from, as far as one of the keys signed that. Raises `click.UsageError`."""
    if signature is None or not keys:
        raise click.UsageError("--signature and --key go together: a signature proves nothing without a key you trust")
    if subject.is_dir():
        raise click.UsageError("--signature applies to a rune: name its file")
    trust = trust_in(keys)
    if trust.fingerprints:
        raise click.UsageError(
            "--signature needs the public half of the key: name its file with --key. A fingerprint is enough where the "
            "registry gives the key, as with rune pull --verify"
        )
    digest = digest_of(read_input_file(subject))
    try:
        proof = verify_bundle(SignedBundle(read_input_file(signature)), trust, [digest])
    except SignatureRefused as error:
        raise NotSigned(f"{subject} is not proven: {plain(str(error), longest=600)}") from error
    click.echo("\n".join(origin_lines(proof)))
