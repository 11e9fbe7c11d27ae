"""Signed runes from outside: a server whose signer is a process of its own, the command, and a stock verifier."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from rune.tools.signing.bundles import BUNDLE_TYPE
from rune.tools.signing.keys import Algorithm, PublicKey, make_private_key, read_public_key
from rune.tools.signing.referrers import BOM_TYPE, README_TYPE
from tests.foreign.clients.stock_verifier import VerifierRefusal, stock_verify
from tests.support.runes.shared_blocks import SMOOTH
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

REASON = {"reason": "The disk was stolen."}


class PublishingOrganisation:
    """An organisation of the live server with a published rune."""

    def __init__(self, live: LiveServer, name: str) -> None:
        self.live, self.name, self.repository = live, name, f"{name}/door"
        live.api("POST", "organisations", json={"name": name, "title": name})
        live.api("POST", "projects", json={"organisation": name, "name": "door", "template": "sine"})
        self.keys_address = f"organisations/{name}/signing-keys"

    def publish(self, tag: str) -> str:
        """Publishes a build. Returns the digest of its manifest."""
        build = self.live.build(self.repository)
        self.live.publish(self.repository, build["id"], tag)
        digest: str = self.live.api("GET", f"projects/{self.repository}/tags/{tag}")["digest"]
        return digest

    def change_keys(self, method: str, address: str, body: dict[str, str]) -> None:
        state = self.live.http.get(f"/api/v1/{self.keys_address}").headers["ETag"]
        self.live.api(method, f"{self.keys_address}{address}", headers={"If-Match": state}, json=body)

    def create_key(self) -> PublicKey:
        """Asks for a key, and waits until the signer has made it."""
        self.change_keys("POST", "", {"algorithm": "ecdsa-p256"})
        row = self.live.until(self._signing_key)
        return read_public_key(row["public_key"].encode())

    def _signing_key(self) -> dict[str, str] | None:
        keys = self.live.api("GET", self.keys_address)["keys"]
        return next((key for key in keys if key["signs"]), None)

    def revoke_keys(self) -> None:
        for key in self.live.api("GET", self.keys_address)["keys"]:
            self.change_keys("PUT", f"/{key['id']}/revocation", REASON)

    def bundle(self, digest: str) -> tuple[str, bytes] | None:
        """The digest of a signature's manifest, and the signature; None until there is one."""
        return self.referrer(digest, BUNDLE_TYPE)

    def referrer(self, digest: str, kind: str) -> tuple[str, bytes] | None:
        """The digest of the manifest that refers to another with an artifact of a type, and the artifact; the last of
        several, None if there is none."""
        headers = {"Authorization": f"Bearer {self.live.token('registry')}"}
        with httpx.Client(base_url=f"{self.live.address}/v2/{self.repository}", headers=headers) as client:
            manifests = client.get(f"/referrers/{digest}", params={"artifactType": kind}).json()["manifests"]
            if not manifests:
                return None
            manifest = client.get(f"/manifests/{manifests[-1]['digest']}").json()
            return manifests[-1]["digest"], client.get(f"/blobs/{manifest['layers'][0]['digest']}").content

    def require_documents(self, digest: str, statement: dict[str, Any], readme: bytes) -> None:
        """Asserts that a verified statement names the bill of materials and the README beside a manifest, and that the
        stock validator accepts the bill, which is about the last subject: the rune, or the block."""
        digests = {
            each["name"]: each["digest"]["sha256"] for each in statement["predicate"]["runDetails"]["byproducts"]
        }
        (_, bill), (_, text) = self.must_have(digest, BOM_TYPE), self.must_have(digest, README_TYPE)
        assert digests["bom.cdx.json"] == hashlib.sha256(bill).hexdigest()
        assert digests["README.md"] == hashlib.sha256(text).hexdigest()
        assert text == readme
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.decode()) is None
        checksum = json.loads(bill)["metadata"]["component"]["hashes"][0]["content"]
        assert checksum == statement["subject"][-1]["digest"]["sha256"]

    def must_have(self, digest: str, kind: str) -> tuple[str, bytes]:
        """The same as `referrer`, where there has to be one."""
        beside = self.referrer(digest, kind)
        assert beside is not None, f"nothing of the type {kind} refers to it"
        return beside

    def rebuild(self, tag: str) -> dict[str, Any] | None:
        """The result of the second build; None until there is one."""
        answer = self.live.http.get(f"/api/v1/projects/{self.repository}/tags/{tag}/rebuild")
        return answer.json() if answer.status_code == 200 else None

    def delete_manifest(self, digest: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.live.token('registry:push')}"}
        address = f"{self.live.address}/v2/{self.repository}/manifests/{digest}"
        return httpx.delete(address, headers=headers)


class Command:
    """The `rune` command of a person who is signed in to the server."""

    def __init__(self, folder: Path, live: LiveServer, token: str) -> None:
        self.folder, self.live = folder, live
        self.environment = {"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(folder / "config"), "HOME": str(folder)}
        assert self("login", live.address, "--token-stdin", stdin=token).returncode == 0

    def __call__(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rune.tools.cli", *arguments],
            cwd=self.folder, env=self.environment | {"PYTHONPATH": str(Path(__file__).parents[3])},
            input=stdin, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip


@pytest.mark.slow
@pytest.mark.protects("registry/forged-signatures", "registry/private-keys")
def test_a_rune_is_signed_by_the_server_and_verified_by_anyone(live: LiveServer, tmp_path: Path) -> None:
    organisation = PublishingOrganisation(live, "signers")
    key = organisation.create_key()
    secret = live.data.parent / "signing-secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    live.api("PUT", "projects/signers/door/files/README.md", content=b"# Door")
    first = organisation.publish("1.0")
    reference, bundle = live.until(lambda: organisation.bundle(first))
    statement = stock_verify(tmp_path, bundle, [key], first)
    assert statement["predicate"]["buildDefinition"]["externalParameters"]["repository"] == "signers/door"
    organisation.require_documents(first, statement, b"# Door")

    rune = Command(tmp_path, live, live.token("registry", "registry:push", "project:read"))
    pull = rune("pull", "signers/door:1.0", "--verify", "--key", key.fingerprint)
    assert pull.returncode == 0, pull.stderr
    assert f"Signed by the key {key.fingerprint}" in pull.stdout
    (tmp_path / "acme.pub").write_text(key.pem)
    verify = ("verify", "door.rune", "--signature", "door.rune.sigstore.json", "--key")
    assert "signers/door:1.0" in rune(*verify, "acme.pub").stdout
    rune_bytes = (tmp_path / "door.rune").read_bytes()

    built_again = rune("rebuild", "signers/door:1.0", "--key", "acme.pub")
    assert built_again.returncode == 0, built_again.stderr
    assert f"same {len(rune_bytes):,} bytes" in built_again.stdout
    assert f"signed by the key {key.fingerprint}" in built_again.stdout
    twice = live.until(lambda: organisation.rebuild("1.0"))
    assert (twice["is_same"], twice["published_digest"]) == (True, f"sha256:{hashlib.sha256(rune_bytes).hexdigest()}")

    # Another key, another file, an older provenance: nothing is saved.
    other = make_private_key(Algorithm.ED25519).public
    untrusted_pull = rune("pull", "signers/door:1.0", "-o", "other.rune", "--verify", "--key", other.fingerprint)
    assert (untrusted_pull.returncode, (tmp_path / "other.rune").exists()) == (9, False)
    assert "No trusted key" in untrusted_pull.stderr
    (tmp_path / "changed.rune").write_bytes(rune_bytes + b"\0")
    changed = rune("verify", "changed.rune", "--signature", "door.rune.sigstore.json", "--key", "acme.pub")
    assert changed.returncode == 9
    assert "and not about" in changed.stderr
    live.api("PUT", "projects/signers/door/files/notes.md", content=b"More.")
    runefile = live.http.get("/api/v1/projects/signers/door/files/Runefile.yml").text
    live.api("PUT", "projects/signers/door/files/Runefile.yml", content=f"{runefile}\n# newer\n".encode())
    newer = organisation.publish("2.0")
    with pytest.raises(VerifierRefusal, match="is not about"):
        stock_verify(tmp_path, bundle, [key], newer)

    # Nobody removes a signature.
    assert organisation.delete_manifest(reference).status_code == 403
    assert rune("pull", "signers/door:1.0", "--verify", "--key", "acme.pub").returncode == 0

    # A revoked key, although the person still trusts it.
    live.until(lambda: organisation.bundle(newer))
    assert rune("pull", "signers/door:2.0", "--verify", "--key", "acme.pub").returncode == 0
    organisation.revoke_keys()
    revoked_pull = rune("pull", "signers/door:2.0", "-o", "other.rune", "--verify", "--key", "acme.pub")
    assert revoked_pull.returncode == 9
    assert "was revoked: The disk was stolen." in revoked_pull.stderr
    assert not (tmp_path / "other.rune").exists()


@pytest.mark.slow
@pytest.mark.protects("registry/private-keys", "registry/unknown-signing-keys")
def test_a_rune_is_signed_at_home(live: LiveServer, tmp_path: Path) -> None:
    organisation = PublishingOrganisation(live, "home-signers")
    key = make_private_key(Algorithm.ED25519)
    (tmp_path / "home.key").write_bytes(key.private_bytes(b"correct horse"))
    (tmp_path / "home.pub").write_text(key.public.pem)
    organisation.change_keys("POST", "", {"public_key": key.public.pem})
    digest = organisation.publish("1.0")
    rune = Command(tmp_path, live, live.token("registry", "registry:push"))
    verify = ("pull", "home-signers/door:1.0", "--verify", "--key", "home.pub")
    assert rune(*verify).returncode == 9, "nothing is signed yet"
    (tmp_path / "unknown.key").write_bytes(make_private_key(Algorithm.ED25519).private_bytes())
    unknown = rune("sign", "home-signers/door:1.0", "--key", "unknown.key", "--yes")
    assert (unknown.returncode, "Ask an owner of home-signers" in unknown.stderr) == (10, True), unknown.stderr
    assert organisation.bundle(digest) is None, "nothing was pushed"
    wrong = rune("sign", "home-signers/door:1.0", "--key", "home.key", "--yes", stdin="wrong\n")
    assert "password is wrong" in wrong.stderr
    signed = rune("sign", "home-signers/door:1.0", "--key", "home.key", "--yes", stdin="correct horse\n")
    assert signed.returncode == 0, signed.stderr
    assert key.public.fingerprint in signed.stdout
    assert "This will be signed:" in signed.stderr
    pull = rune(*verify)
    assert pull.returncode == 0, pull.stderr
    bundle = organisation.bundle(digest)
    assert bundle is not None
    assert stock_verify(tmp_path, bundle[1], [key.public], digest)["subject"][0]["name"] == "home-signers/door"
    assert rune("sign", "home-signers/door:1.0", "--key", "home.pub", "--yes").returncode == 1


@pytest.mark.slow
@pytest.mark.protects("registry/forged-block-signatures", "registry/private-keys")
def test_a_shared_block_is_signed_by_the_server_and_at_home(live: LiveServer, tmp_path: Path) -> None:
    organisation = PublishingOrganisation(live, "block-signers")
    key, block = organisation.create_key(), f"{organisation.repository}#smooth@1.2"
    for name, data in (("smooth.py", SMOOTH), ("README.md", b"# Sounds")):
        live.api("PUT", f"projects/{organisation.repository}/files/{name}", content=data)
    rune = Command(tmp_path, live, live.token("registry", "registry:push", "project:read", "rune:publish"))
    publication = rune("block", "publish", block)
    assert publication.returncode == 0, publication.stderr
    digest = publication.stdout.split()[-1]
    _, bundle = live.until(lambda: organisation.bundle(digest))
    statement = stock_verify(tmp_path, bundle, [key], digest)
    organisation.require_documents(digest, statement, b"# Sounds")
    parameters = statement["predicate"]["buildDefinition"]["externalParameters"]
    assert (parameters["repository"], parameters["block"]) == (organisation.repository, "smooth")

    verification = rune("block", "verify", block, "--key", key.fingerprint)
    assert verification.returncode == 0, verification.stderr
    assert f"{block}, " in verification.stdout
    addition = rune("block", "add", block, ".", "--key", key.fingerprint)
    assert addition.returncode == 0, addition.stderr
    assert digest in (tmp_path / "rune.lock").read_text()

    home = make_private_key(Algorithm.P256)
    (tmp_path / "home.pub").write_text(home.public.pem)
    (tmp_path / "home.key").write_bytes(home.private_bytes())
    assert rune("block", "verify", block, "--key", "home.pub").returncode == 9
    organisation.change_keys("POST", "", {"public_key": home.public.pem})
    signed = rune("sign", block, "--key", "home.key", "--yes")
    assert signed.returncode == 0, signed.stderr
    assert rune("block", "verify", block, "--key", "home.pub").returncode == 0
    page = live.http.get(f"/{organisation.repository}/blocks/smooth?version=1.2").text
    assert home.public.fingerprint in page
    organisation.revoke_keys()
    recheck = rune("block", "verify", block, "--key", key.fingerprint)
    assert recheck.returncode == 9
    assert "was revoked: The disk was stolen." in recheck.stderr
