"""The language that the browser runs: where it is, how long it may be kept, and what its worker may do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from forge.core.http.asgi.static_files import StaticFiles
from forge.projects.pages.language_files import language_address


async def get(folder: Path, path: str) -> httpx.Response:
    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("a static file is never Django's")

    transport = httpx.ASGITransport(StaticFiles(nothing, folder, "/static/", autorefresh=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://forge") as client:
        return await client.get(path)


def packed(folder: Path) -> str:
    digest = "0123456789abcdef"
    (folder / "language" / digest).mkdir(parents=True)
    (folder / "language" / digest / "language.zip").write_bytes(b"zip")
    (folder / "language" / "manifest.json").write_text(json.dumps({"folder": digest}))
    (folder / "build").mkdir()
    (folder / "build" / "language.js").write_text("1")
    (folder / "build" / "worker.js").write_text("1")
    return digest


def test_the_page_learns_the_newest_address(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    assert language_address() is None
    digest = packed(tmp_path)
    assert language_address() == f"/static/language/{digest}/"


def test_a_damaged_manifest_leaves_the_answers_to_the_server(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    packed(tmp_path)
    for content in ("", "[]", "{}", "null"):
        (tmp_path / "language" / "manifest.json").write_text(content)
        assert language_address() is None


async def test_what_an_address_with_a_digest_holds_is_kept_for_ever(tmp_path: Path) -> None:
    digest = packed(tmp_path)
    answer = await get(tmp_path, f"/static/language/{digest}/language.zip")
    assert "immutable" in answer.headers["Cache-Control"]
    manifest = await get(tmp_path, "/static/language/manifest.json")
    assert "immutable" not in manifest.headers["Cache-Control"]


@pytest.mark.protects("browser/language-worker")
async def test_only_the_languages_own_worker_may_compile_webassembly(tmp_path: Path) -> None:
    packed(tmp_path)
    policy = (await get(tmp_path, "/static/build/language.js")).headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    assert "Content-Security-Policy" not in (await get(tmp_path, "/static/build/worker.js")).headers
