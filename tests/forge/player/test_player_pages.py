"""The player's page, its manifest, its service worker and its frame: the same for everyone, and strict."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.projects.actions import update_project, write_file
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import approved, built

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


@pytest.mark.protects("recordings/phone-caches")
def test_the_page_is_the_same_wherever_and_whoever(browser_of: Browser, user: User, project: Project) -> None:
    pages = [
        browser_of(person).get(path)
        for person in (user, None)
        for path in ("/player/", "/player/acme/kitchen", "/player/acme/nothing")
    ]
    assert {page.status_code for page in pages} == {200}
    assert len({page.content for page in pages}) == 1
    policy = pages[0]["Content-Security-Policy"]
    assert "script-src 'self'" in policy.split("; ")
    assert "unsafe" not in policy


def test_the_manifest_starts_at_the_project(browser_of: Browser) -> None:
    answer = browser_of(None).get("/player/acme/kitchen/app.webmanifest")
    manifest = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert manifest["start_url"] == manifest["scope"] == manifest["id"] == "/player/acme/kitchen"
    assert {icon["sizes"] for icon in manifest["icons"]} == {"any", "192x192", "512x512"}
    assert browser_of(None).get("/player/Ac-/kitchen/app.webmanifest").status_code == 404


@pytest.fixture
def front_end(settings: Any, tmp_path: Path) -> Path:
    """A front end that was built."""
    build = tmp_path / "build"
    build.mkdir()
    (build / "frame.js").write_text("const end = '</script>'; // <!-- end")
    (build / "player-worker.js").write_text("work();")
    (build / "worker.js").write_text("run();")
    (build / "microphone.js").write_text("hear();")
    (build / "pictures.js").write_text("see();")
    chunks = {
        "src/player/phone/main.tsx": {
            "file": "assets/phone-1.js",
            "css": ["assets/phone-2.css"],
            "imports": ["_part.js"],
        },
        "_part.js": {"file": "assets/part-3.js", "assets": ["assets/plex-4.woff2"], "dynamicImports": ["_late.js"]},
        "_late.js": {"file": "assets/late-5.js"},
    }
    (build / "manifest.json").write_text(json.dumps(chunks))
    litert = {"script": "assets/litert-6.js", "binary": "assets/litert-7.wasm"}
    tfjs = {"script": "assets/tfjs-8.js", "binary": None}
    (build / "interpreters.json").write_text(json.dumps({"litert": litert, "tfjs": tfjs}))
    settings.STATIC_ROOT = tmp_path
    return build


def _cache_list(answer: Any) -> dict[str, Any]:
    match = re.match(r"self\.KEEPS = (.*);\n", answer.content.decode())
    assert match is not None
    cache: dict[str, Any] = json.loads(match[1])
    return cache


def test_the_service_worker_knows_all_that_it_keeps_and_changes_with_it(browser_of: Browser, front_end: Path) -> None:
    answer = browser_of(None).get("/player/service-worker.js")
    assert answer["Content-Type"] == "text/javascript"
    assert answer["Cache-Control"] == "no-cache"
    cache = _cache_list(answer)
    assert set(cache["addresses"]) >= {
        "/player/",
        "/player/frame",
        *(
            f"/static/build/assets/{name}"
            for name in ("phone-1.js", "phone-2.css", "part-3.js", "plex-4.woff2", "late-5.js")
        ),
        "/static/build/worker.js",
        "/static/build/microphone.js",
        "/static/build/pictures.js",
        "/static/build/interpreters.json",
    }
    # Megabytes are fetched only where a rune asks for them.
    assert cache["interpreters"] == {
        "litert": ["/static/build/assets/litert-6.js", "/static/build/assets/litert-7.wasm"],
        "tfjs": ["/static/build/assets/tfjs-8.js"],
    }
    (front_end / "worker.js").write_text("run(1);")
    assert _cache_list(browser_of(None).get("/player/service-worker.js"))["version"] != cache["version"]


@pytest.mark.protects("runes/offline-frames")
def test_the_frame_that_is_kept_has_the_policy_of_the_frame(browser_of: Browser, front_end: Path) -> None:
    answer = browser_of(None).get("/player/frame")
    (script,) = re.findall(r"<script>(.*)</script>", answer.content.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = re.sub(r"'nonce-[^']+'", f"'sha256-{digest}'", browser_of(None).get("/frame/")["Content-Security-Policy"])
    assert answer["Content-Security-Policy"] == policy
    assert answer["Content-Security-Policy"].startswith("sandbox allow-scripts; default-src 'none'; ")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert not answer.cookies


@pytest.mark.slow
def test_a_rune_has_its_example_inputs_for_whoever_may_run_it(
    browser_of: Browser, project: Project, people: dict[str, Any]
) -> None:
    write_file(people["developer"], project, "examples/knock.wav", b"RIFF a knock")
    build = built(people["developer"], project)
    assert build.artefact is not None
    address = f"/player/acme/kitchen/runes/{build.artefact.digest}/examples"
    member = browser_of(people["viewer"])
    assert member.get(address).json() == {"examples": [{"path": "examples/knock.wav"}]}
    answer: Any = member.get(f"{address}/examples/knock.wav")
    assert b"".join(answer.streaming_content) == b"RIFF a knock"
    assert member.get(f"{address}/Runefile.yml").status_code == 404
    for nobody in (people["stranger"], None):
        assert browser_of(nobody).get(address).status_code in (401, 404)
    publish_build(people["developer"], approved(build), "1.0")
    update_project(people["owner"], project, visibility="public")
    assert browser_of(None).get(f"{address}/examples/knock.wav").status_code == 200
