"""`rune pull --verify` over a real socket: what a trusted key signed of this name and tag, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main
from rune.tools.signing.bundles import BUNDLE_TYPE, sign_statement
from rune.tools.signing.keys import Algorithm, make_private_key
from rune.tools.signing.provenance import PublicationStatement, provenance_statement
from rune.tools.signing.referrers import SubjectManifest, signature
from rune.tools.signing.statements import Statement, Subject, write_statement
from tests.support.runes.provenance import PROVENANCE
from tests.support.servers.simulated_registry import Answer, SimulatedRegistry, digest_of, simulated_registry

KEY = make_private_key(Algorithm.ED25519)
REPOSITORY = "acme/keywords"
RUNE = b"\0asm keywords"


@dataclass
class SignatureShop:
    """A registry with one rune, and the signatures that it lists."""

    registry: SimulatedRegistry
    folder: Path
    manifest: str

    def provenance(self, repository: str, tag: str) -> Statement:
        """The statement of where the rune came from, under a name and a tag."""
        facts = replace(
            PROVENANCE, repository=repository, manifest=self.manifest, rune=digest_of(RUNE),
            publication=PublicationStatement(tag, "passed", "2026-11-01T11:00:00Z"),
        )  # fmt: skip
        return provenance_statement(facts)

    def list_signatures(self, *statements: Statement, before: tuple[str, ...] = ()) -> None:
        """Lists statements with a signature each. The digests `before` them name nothing that can be read."""
        digests = list(before)
        for statement in statements:
            bundle = sign_statement(write_statement(statement), KEY)
            referrer = signature(SubjectManifest(self.manifest, 100), bundle, KEY.public, "2026-11-01T12:00:00Z")
            digests.append(digest_of(referrer.manifest))
            self.registry.answers[f"/v2/{REPOSITORY}/manifests/{digests[-1]}"] = Answer(200, referrer.manifest)
            self.registry.answers[f"/v2/{REPOSITORY}/blobs/{digest_of(bundle)}"] = Answer(200, bundle)
        index = {"manifests": [{"digest": each, "artifactType": BUNDLE_TYPE} for each in digests]}
        query = BUNDLE_TYPE.replace("/", "%2F").replace("+", "%2B")
        path = f"/v2/{REPOSITORY}/referrers/{self.manifest}?artifactType={query}"
        self.registry.answers[path] = Answer(200, json.dumps(index).encode())

    def pull(self, version: str, *options: str) -> Result:
        reference = f"{self.registry.address}/{REPOSITORY}{version}"
        target = str(self.folder / "keywords.rune")
        command = ["pull", reference, "-o", target, "--verify", "--key", KEY.public.fingerprint, *options]
        return CliRunner().invoke(main, command)

    def saved(self) -> list[str]:
        return sorted(each.name for each in self.folder.glob("keywords.rune*"))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignatureShop]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with simulated_registry() as registry:
        yield SignatureShop(registry, tmp_path, registry.publish(REPOSITORY, "2.0", RUNE))


@pytest.mark.protects("registry/forged-signatures")
@pytest.mark.parametrize("name", [("acme/doorbell", "2.0"), (REPOSITORY, "0.1")])
def test_a_rune_that_was_signed_under_another_name_or_tag_is_refused(
    shop: SignatureShop, name: tuple[str, str]
) -> None:
    shop.list_signatures(shop.provenance(*name))
    result = shop.pull(":2.0")
    assert result.exit_code == 9
    assert f"about {':'.join(name)}, and not about {REPOSITORY}:2.0" in result.output
    assert shop.saved() == []


def test_each_tag_of_the_same_bytes_is_proven_by_its_own_signature(shop: SignatureShop) -> None:
    shop.list_signatures(shop.provenance(REPOSITORY, "1.0"), shop.provenance(REPOSITORY, "2.0"))
    result = shop.pull(":2.0")
    assert result.exit_code == 0, result.output
    assert f"{REPOSITORY}:2.0, it passed the gate" in result.output
    assert shop.saved() == ["keywords.rune", "keywords.rune.sigstore.json"]


def test_a_digest_takes_any_tag_of_the_repository_and_no_other_repository(shop: SignatureShop) -> None:
    shop.list_signatures(shop.provenance(REPOSITORY, "1.0"))
    assert shop.pull(f"@{shop.manifest}").exit_code == 0
    shop.list_signatures(shop.provenance("acme/doorbell", "1.0"))
    assert shop.pull(f"@{shop.manifest}").exit_code == 9


def test_a_copy_is_verified_by_the_name_that_was_signed(shop: SignatureShop) -> None:
    shop.list_signatures(shop.provenance("team/words", "2.0"))
    assert shop.pull(":2.0", "--signed-as", "team/other").exit_code == 9
    assert shop.pull(":2.0", "--signed-as", "team/words:1.0").exit_code == 9
    assert shop.saved() == []
    assert shop.pull(":2.0", "--signed-as", "team/words").exit_code == 0
    useless = CliRunner().invoke(main, ["pull", "acme/keywords:2.0", "--signed-as", "team/words"])
    assert useless.exit_code == 2


@pytest.mark.slow
def test_a_signed_statement_of_another_kind_hides_no_provenance_and_is_none(shop: SignatureShop) -> None:
    bill = Statement((Subject("m", shop.manifest), Subject("r", digest_of(RUNE))), "https://cyclonedx.org/bom", {})
    shop.list_signatures(bill)
    result = shop.pull(":2.0")
    assert result.exit_code == 9
    assert "says nothing of where the rune came from" in result.output
    assert shop.saved() == []
    shop.list_signatures(bill, shop.provenance(REPOSITORY, "2.0"))
    assert shop.pull(":2.0").exit_code == 0


@pytest.mark.slow
def test_a_referrer_that_cannot_be_read_hides_no_signature(shop: SignatureShop) -> None:
    """Anybody who may push can add one."""
    unreadable = {
        digest_of(data): Answer(200, data) for data in (b"[]", b'{"layers": [{"digest": "no"}]}', b" " * 5_000_000)
    }
    lying = {f"sha256:{'d' * 64}": Answer(200, b"{}")}
    for digest, answer in (unreadable | lying).items():
        shop.registry.answers[f"/v2/{REPOSITORY}/manifests/{digest}"] = answer
    missing = f"sha256:{'e' * 64}"
    shop.list_signatures(shop.provenance(REPOSITORY, "2.0"), before=(*unreadable, *lying, missing))
    result = shop.pull(":2.0")
    assert result.exit_code == 0, result.output
    shop.list_signatures(before=(missing,))
    assert shop.pull(":2.0").exit_code == 5


def test_a_saved_signature_is_verified_with_the_whole_key_and_not_with_a_fingerprint(shop: SignatureShop) -> None:
    shop.list_signatures(shop.provenance(REPOSITORY, "2.0"))
    assert shop.pull(":2.0").exit_code == 0
    public = shop.folder / "acme.pub"
    public.write_text(KEY.public.pem)
    rune = str(shop.folder / "keywords.rune")
    command = ["verify", rune, "--signature", f"{rune}.sigstore.json", "--key"]
    result = CliRunner().invoke(main, [*command, str(public)])
    assert result.exit_code == 0, result.output
    failure = CliRunner().invoke(main, [*command, KEY.public.fingerprint])
    assert failure.exit_code == 2
    assert "the public half of the key: name its file" in failure.output
