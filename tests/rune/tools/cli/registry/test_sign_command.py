"""`rune sign` over a real socket: it signs with a key that the organisation has, or says who adds it, and fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main
from rune.tools.signing.keys import Algorithm, make_private_key
from rune.tools.signing.provenance import PublicationStatement, provenance_statement
from rune.tools.signing.referrers import STATEMENT_TYPE, SubjectManifest, document
from rune.tools.signing.statements import write_statement
from tests.support.runes.provenance import PROVENANCE
from tests.support.servers.simulated_registry import Answer, SimulatedRegistry, digest_of, simulated_registry

KEY = make_private_key(Algorithm.ED25519)
REPOSITORY = "acme/keywords"
RUNE = b"\0asm keywords"
KEYS = "/api/v1/projects/{}/signing-keys"


@dataclass
class StatementShop:
    """A registry with one rune and the statement of where it came from, and a key beside it."""

    registry: SimulatedRegistry
    key_file: Path

    def list_keys(self, *keys: dict[str, str | None], repository: str = REPOSITORY) -> None:
        self.registry.answers[KEYS.format(repository)] = Answer(200, json.dumps({"keys": keys}).encode())

    def sign(self, reference: str = f"{REPOSITORY}:2.0") -> Result:
        command = ["sign", reference, "--registry", self.registry.address, "--key", str(self.key_file), "--yes"]
        return CliRunner().invoke(main, command)


def key_row(fingerprint: str = KEY.public.fingerprint, revocation: str = "") -> dict[str, str | None]:
    revocation_time = "2026-11-02T00:00:00Z" if revocation else None
    return {"fingerprint": fingerprint, "revoked": revocation_time, "revocation": revocation}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StatementShop]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "acme.key").write_bytes(KEY.private_bytes())
    with simulated_registry() as registry:
        manifest = registry.publish(REPOSITORY, "2.0", RUNE)
        facts = replace(
            PROVENANCE, repository=REPOSITORY, manifest=manifest, rune=digest_of(RUNE),
            publication=PublicationStatement("2.0", "passed", "2026-11-01T11:00:00Z"),
        )  # fmt: skip
        statement = write_statement(provenance_statement(facts))
        referrer = document(SubjectManifest(manifest, 100), STATEMENT_TYPE, "provenance.intoto.json", statement)
        digest = digest_of(referrer.manifest)
        index = {"manifests": [{"digest": digest, "artifactType": STATEMENT_TYPE}]}
        query = STATEMENT_TYPE.replace("/", "%2F").replace("+", "%2B")
        registry.answers |= {
            f"/v2/{REPOSITORY}/referrers/{manifest}?artifactType={query}": Answer(200, json.dumps(index).encode()),
            f"/v2/{REPOSITORY}/manifests/{digest}": Answer(200, referrer.manifest),
            f"/v2/{REPOSITORY}/blobs/{digest_of(statement)}": Answer(200, statement),
        }
        yield StatementShop(registry, tmp_path / "acme.key")


def test_a_key_that_the_organisation_has_signs(shop: StatementShop) -> None:
    shop.list_keys(key_row())
    result = shop.sign()
    assert result.exit_code == 0, result.output
    assert "warning" not in result.output
    assert any(f"/v2/{REPOSITORY}/manifests/" in path for path in shop.registry.pushed)


@pytest.mark.protects("registry/unknown-signing-keys")
@pytest.mark.parametrize("reference", [f"{REPOSITORY}:2.0", "acme/sounds#smooth@1.2"])
def test_a_key_that_the_organisation_lacks_signs_nothing_and_the_owner_gets_its_public_half(
    shop: StatementShop, reference: str
) -> None:
    other = make_private_key(Algorithm.P256).public
    for repository in (REPOSITORY, "acme/sounds"):
        shop.list_keys(key_row(other.fingerprint), repository=repository)
    result = shop.sign(reference)
    assert result.exit_code == 10
    assert f"acme does not have the key {KEY.public.fingerprint}" in result.output
    assert "Ask an owner of acme to add this public half under Settings, Signing keys" in result.output
    assert KEY.public.pem.strip() in result.output
    assert not shop.registry.pushed


@pytest.mark.protects("registry/unknown-signing-keys")
def test_a_revoked_key_signs_nothing(shop: StatementShop) -> None:
    shop.list_keys(key_row(revocation="The disk was stolen."))
    result = shop.sign()
    assert result.exit_code == 10
    assert "revoked the key" in result.output
    assert "The disk was stolen. Sign with another key" in result.output
    assert not shop.registry.pushed


def test_a_registry_without_a_list_of_keys_takes_the_signature_with_a_warning(shop: StatementShop) -> None:
    result = shop.sign()
    assert result.exit_code == 0, result.output
    assert "it may not count the signature" in result.output
    assert shop.registry.pushed


@pytest.mark.parametrize(("status", "exit_code"), [(503, 1), (401, 4)])
def test_a_list_of_keys_that_cannot_be_read_now_signs_nothing(shop: StatementShop, status: int, exit_code: int) -> None:
    shop.registry.answers[KEYS.format(REPOSITORY)] = Answer(status, b'{"title": "x", "detail": "Not now."}')
    result = shop.sign()
    assert (result.exit_code, "Not now." in result.output) == (exit_code, True)
    assert not shop.registry.pushed


@pytest.mark.protects("sign-in/offered-scopes")
def test_a_push_that_is_refused_says_why_and_how_to_get_the_token(shop: StatementShop) -> None:
    shop.list_keys(key_row())
    reason = b'{"errors":[{"code":"DENIED","message":"This token may not push."}]}'
    shop.registry.push_answer = Answer(403, reason)
    result = shop.sign()
    assert result.exit_code == 4
    assert "refused: This token may not push. It needs a token with the scope registry:push" in result.output
    assert "rune login --token-stdin" in result.output
