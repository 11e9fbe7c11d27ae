"""The script of `<rune-player>` for pages of other sites, and the signatures that it checks."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.deployments.actions import create_key
from forge.deployments.models import StoredPlayerScript
from forge.deployments.serving import player_script
from forge.deployments.serving.player_script import current_script, store_script
from forge.projects.models import Project
from tests.support.forge.factories.deployments import deployed, now

pytestmark = pytest.mark.django_db


def build(root: Path, text: str, name: str = "rune-player.js") -> str:
    """A front end's build with this script; the digest."""
    file = root / "build/sdk" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_digest_that_no_release_had_is_unknown() -> None:
    assert Client().get(f"/d/rune-player/{'0' * 64}.js").status_code == 404
    assert Client().get("/d/rune-player/..%2F..%2Fsettings.js").status_code == 401, "as any unknown deployment"
    assert Client().post(f"/d/rune-player/{'0' * 64}.js").status_code == 405


def test_pages_go_on_loading_the_script_of_an_earlier_release(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    assert current_script() is None
    store_script()
    before = build(tmp_path, "first()")
    store_script()
    store_script()
    assert StoredPlayerScript.objects.count() == 1
    player_script._read.cache_clear()
    now_served = build(tmp_path, "second()")
    for digest, text in ((before, b"first()"), (now_served, b"second()")):
        answer = Client().get(f"/d/rune-player/{digest}.js")
        assert answer.content == text
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "immutable" in answer["Cache-Control"]
        assert answer["Content-Type"].startswith("text/javascript")
    script = current_script()
    assert script is not None
    assert script.url.endswith(f"/d/rune-player/{now_served}.js")
    assert script.integrity == f"sha384-{base64.b64encode(hashlib.sha384(b'second()').digest()).decode()}"


def test_the_second_script_of_each_release_is_served_by_its_digest(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    digests = []
    for release in ("first", "second"):
        player_script._read.cache_clear()
        build(tmp_path, f"{release}()")
        text = f"{release}.deployment()"
        digests.append((build(tmp_path, text, "rune-player-deployment.js"), text))
        assert Client().get(f"/d/rune-player/{digests[-1][0]}.js").status_code == 200
        store_script()
    assert StoredPlayerScript.objects.count() == 4
    for digest, text in digests:
        answer = Client().get(f"/d/rune-player/{digest}.js")
        assert answer.content == text.encode()
        assert "immutable" in answer["Cache-Control"]
        assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.slow
@pytest.mark.protects("delivery/foreign-pages")
def test_signatures_are_for_pages_of_the_deployment(developer: User, project: Project) -> None:
    deployment = deployed(developer, project)
    release = now(deployment)
    key = {"x-api-key": create_key(developer, deployment, "Site key")[1]}
    path = f"/d/acme/kitchen/website/{release.rune}/signatures"
    answer = Client().get(path, headers=key | {"Origin": "https://acme.example"})
    manifest = base64.b64decode(answer.json()["manifest"])
    assert f"sha256:{hashlib.sha256(manifest).hexdigest()}" == release.digest
    assert json.loads(manifest)["layers"][0]["digest"] == release.rune
    assert answer["Access-Control-Allow-Origin"] == "https://acme.example"
    response = Client().get(path, headers=key | {"Origin": "https://else.example"})
    assert (response.status_code, response.json()["name"]) == (403, "origin-refused")
    assert "Access-Control-Allow-Origin" not in response
    other = Client().get(f"/d/acme/kitchen/website/sha256:{'0' * 64}/signatures", headers=key)
    assert (other.status_code, other.json()["name"]) == (404, "rune-unknown")
