"""A token that a person makes on the page Tokens does at home what guides promise: it posts a check, publishes and
deploys with the SDK, pushes with a stock client, and signs with `rune sign`."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

import hmr
from forge.accounts.scopes import Scope
from rune.tools.signing.keys import Algorithm, PrivateKey, make_private_key
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, put_file, sign_in
from tests.support.browsers.tokens import confirm_address, make_token
from tests.support.servers.live_forge import REPOSITORY, LiveForge
from tools.needs import SKOPEO, lack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SCOPES = (Scope.BUILD_RUN, Scope.CHECK_WRITE, Scope.RUNE_PUBLISH, Scope.REGISTRY_PUSH, Scope.DEPLOYMENT_MANAGE)


@dataclass(frozen=True)
class Home:
    """A folder at home with a key, and the token of the page."""

    forge: LiveForge
    folder: Path
    token: str

    def rune(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, "-m", "rune.tools.cli", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment, input=stdin, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip

    def post_check(self, build: str, digest: str) -> None:
        """Posts the result of a robot's check."""
        answer = httpx.put(
            f"{self.forge.address}/api/v1/builds/{build}/checks/lab",
            headers={"Authorization": f"Bearer {self.token}"},
            json={"digest": digest, "state": "success", "text": "40 boards"},
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text

    def push(self, source: str, target: str) -> None:
        """Copies an image in the registry with skopeo."""
        if not SKOPEO.is_here():
            pytest.skip(lack(SKOPEO))
        place = f"docker://127.0.0.1:{self.forge.port}"
        credentials = f"anyone:{self.token}"
        copy = subprocess.run(
            ["skopeo", "copy", "--insecure-policy", "--src-tls-verify=false", "--dest-tls-verify=false",
             "--preserve-digests", "--src-creds", credentials, "--dest-creds", credentials,
             f"{place}/{source}", f"{place}/{target}"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert copy.returncode == 0, copy.stderr


def add_key(page: Page, organisation: str, key: PrivateKey) -> None:
    """Adds the public half of a key at home to the keys of the organisation."""
    page.goto(f"{organisation}/-/settings/signing")
    page.get_by_label("Public half, as a PEM file").fill(key.public.pem)
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_text(key.public.fingerprint).first).to_be_visible()


@pytest.mark.protects("sign-in/offered-scopes", "registry/unknown-signing-keys")
def test_a_token_of_the_page_posts_a_check_deploys_pushes_and_signs(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    page = open_page()
    sign_in(page, forge.printed_link())
    email = page.request.get(f"{forge.address}/api/v1/me").json()["email"]
    confirm_address(forge, email)
    create(page, "The sine of a number")
    project = page.url.removesuffix("/studio")
    organisation, repository = project.rpartition("/")[0], project.removeprefix(f"{forge.address}/")
    put_file(page, "forge.yml", f"approvals: []\nprotected-tags: [versions]\nchecks: {{lab: {email}/rig}}\n".encode())

    home = Home(forge, tmp_path, make_token(page, forge, "rig", SCOPES))
    assert findings(page, LOOKS) == []

    # The check, and the SDK: it builds, publishes past a gate that the check opens, and serves.
    owner_name, _, name = repository.partition("/")
    rune = hmr.Rune(owner_name, name, None, "1.0", server=forge.address, token=home.token)
    build = rune.build()
    with pytest.raises(hmr.HmrError, match="lab"):
        rune.deploy("Website")
    digest = page.request.get(f"{forge.address}/api/v1/builds/{build.id}/checks").json()["digest"]
    home.post_check(build.id, digest)
    assert rune.deploy("Website").version == "1.0"
    assert rune.preview().url.startswith(forge.address)

    # A stock client.
    home.push(f"{repository}:1.0", f"{repository}:nightly")
    page.goto(f"{project}/published")
    expect(page.get_by_text("nightly", exact=True).first).to_be_visible(timeout=PATIENCE)

    # Signing at home: not before an owner has added the public half.
    key = make_private_key(Algorithm.ED25519)
    (tmp_path / "home.key").write_bytes(key.private_bytes())
    assert home.rune("login", forge.address, "--token-stdin", stdin=home.token).returncode == 0
    sign = ("sign", f"{repository}:1.0", "--key", "home.key", "--yes")
    refusal = home.rune(*sign)
    assert (refusal.returncode, "does not have the key" in refusal.stderr) == (10, True), refusal.stderr
    add_key(page, organisation, key)
    signature = home.rune(*sign)
    assert signature.returncode == 0, signature.stderr
    page.goto(f"{project}/published?tag=1.0")
    expect(page.get_by_text("Signed by").first).to_be_visible(timeout=PATIENCE)
