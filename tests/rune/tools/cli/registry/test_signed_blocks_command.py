"""The origin of a shared block at the terminal: only what a key of one's own signed about these bytes counts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rune.digests import digest_of
from rune.source.runefile.blocks.lock import LOCK_FILE
from rune.tools.signing.block_provenance import BlockProvenance, block_statement
from rune.tools.signing.bundles import BUNDLE_TYPE, sign_statement
from rune.tools.signing.keys import Algorithm, PrivateKey, make_private_key
from rune.tools.signing.provenance import Approval, PublicationStatement
from rune.tools.signing.referrers import SubjectManifest, signature
from rune.tools.signing.statements import Subject, write_statement
from tests.support.runes.shared_blocks import PATH, SMOOTH
from tests.support.servers.block_registry import DIGEST, MANIFEST, BlockRegistry, folder, registry, rune_in

__all__ = ["folder", "registry"]

PROVENANCE = BlockProvenance(
    repository="acme/sounds",
    block="smooth",
    manifest=DIGEST,
    path="smooth.py",
    version=7,
    source=f"sha256:{'a' * 64}",
    files=(Subject("smooth.py", digest_of(SMOOTH)),),
    server="https://forge.example",
    server_version="0.1.0",
    publication=PublicationStatement("1.2", "passed", "2026-11-01T11:00:00Z", (Approval("person-1", 1, "2026"),)),
)
KEY = make_private_key(Algorithm.ED25519)
KEYS = "/api/v1/projects/acme/sounds/signing-keys"


def serve(registry: type[BlockRegistry], provenance: BlockProvenance, key: PrivateKey = KEY) -> None:
    """Gives the registry a signature of the block, and no revoked key."""
    bundle = sign_statement(write_statement(block_statement(provenance)), key)
    referrer = signature(SubjectManifest(DIGEST, len(MANIFEST)), bundle, key.public, "2026-11-01T12:00:00Z")
    index = {"manifests": [{"digest": digest_of(referrer.manifest), "artifactType": BUNDLE_TYPE, "size": 1}]}
    registry.answers |= {
        f"/v2/acme/sounds/referrers/{DIGEST}": json.dumps(index).encode(),
        f"/v2/acme/sounds/manifests/{digest_of(referrer.manifest)}": referrer.manifest,
        f"/v2/acme/sounds/blobs/{digest_of(bundle)}": bundle,
        KEYS: b'{"keys": []}',
    }


@pytest.mark.protects("registry/forged-block-signatures")
def test_a_block_is_verified_and_taken_with_the_fingerprint_of_its_key(
    registry: type[BlockRegistry], folder: Path
) -> None:
    serve(registry, PROVENANCE)
    result = rune_in("block", "verify", PATH, "--key", KEY.public.fingerprint)
    assert result.exit_code == 0, result.output
    for text in (DIGEST, KEY.public.fingerprint, "acme/sounds#smooth@1.2", "it passed the gate", "1 person"):
        assert text in result.output
    assert "smooth.py of version 7" in result.output
    add_result = rune_in("block", "add", PATH, folder, "--key", KEY.public.fingerprint)
    assert add_result.exit_code == 0, add_result.output
    assert DIGEST in (folder / LOCK_FILE).read_text()


@pytest.mark.protects("registry/forged-block-signatures")
@pytest.mark.parametrize(
    ("provenance", "key", "reason"),
    [
        pytest.param(PROVENANCE, make_private_key(Algorithm.P256), "No trusted key", id="another key"),
        pytest.param(
            replace(PROVENANCE, manifest=f"sha256:{'b' * 64}"), KEY, "and not about", id="of an older version's bytes"
        ),
        pytest.param(
            replace(PROVENANCE, publication=replace(PROVENANCE.publication, tag="1.1")),
            KEY, "about acme/sounds#smooth@1.1", id="the same bytes under another version",
        ),
        pytest.param(
            replace(PROVENANCE, repository="evil/sounds"), KEY, "about evil/sounds#smooth@1.2", id="of another project"
        ),
        pytest.param(
            replace(PROVENANCE, files=(Subject("smooth.py", f"sha256:{'c' * 64}"),)), KEY, "is not about its source",
            id="another source",
        ),
    ],
)  # fmt: skip
def test_the_signature_of_something_else_is_refused_and_nothing_is_written(
    provenance: BlockProvenance, key: PrivateKey, reason: str, registry: type[BlockRegistry], folder: Path
) -> None:
    serve(registry, provenance, key)
    result = rune_in("block", "add", PATH, folder, "--key", KEY.public.fingerprint)
    assert result.exit_code != 0
    assert reason in result.output
    assert not (folder / LOCK_FILE).exists()


@pytest.mark.protects("registry/forged-block-signatures")
def test_a_block_whose_signature_was_removed_or_revoked_is_refused(registry: type[BlockRegistry]) -> None:
    command = ("block", "verify", PATH, "--key", KEY.public.fingerprint)
    assert "It is not signed" in rune_in(*command).output
    serve(registry, PROVENANCE)
    row = {"fingerprint": KEY.public.fingerprint, "revoked": "2026-11-02T00:00:00Z", "revocation": "It was stolen."}
    registry.answers[KEYS] = json.dumps({"keys": [row]}).encode()
    result = rune_in(*command)
    assert result.exit_code != 0
    assert "was revoked: It was stolen." in result.output


def test_a_block_is_not_verified_without_a_key(registry: type[BlockRegistry]) -> None:
    serve(registry, PROVENANCE)
    result = rune_in("block", "verify", PATH)
    assert result.exit_code == 2
    assert "without a key that you trust" in result.output
