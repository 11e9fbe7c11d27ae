"""The single file `rune-player.js` in a page that pins it by its digest, under a strict policy: its size, and that the
second file, which verifies signed documents, is loaded where a page demands them, and is the pinned one."""

# ruff: noqa: F811  the arguments are fixtures

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

from tests.foreign.clients.test_rune_package import MOST_BYTES, MOST_BYTES_OF_COUNTS, MOST_BYTES_OF_SAMPLES, SDK
from tests.foreign.clients.test_rune_package_attacks import browser  # noqa: F401  a fixture
from tests.support.forge.middle import (  # noqa: F401  middle and publisher are fixtures
    ADDRESS,
    EVIL,
    RUNE,
    Middle,
    Publisher,
    middle,
    publisher,
)
from tests.support.servers.listening import PolicedSite, policed_site

pytestmark = pytest.mark.foreign

PLAYER, SECOND, COUNTS, SAMPLES = (
    SDK / f"rune-player{part}.js" for part in ("", "-deployment", "-telemetry", "-samples")
)
MOST_BYTES_OF_SECOND = 6_500
"""The most bytes of the second file, compressed. It has its own copy of what asks a server."""


@dataclass
class PinningSite:
    """A site that serves both files by their digests, as a server of Forge does, with pages of a strict policy."""

    browser: Browser
    files: PolicedSite

    @property
    def second(self) -> Path:
        return self.files.folder / f"{hashlib.sha256(SECOND.read_bytes()).hexdigest()}.js"

    def open(self, server: Middle, attributes: str, nonce: str = "") -> tuple[Locator, list[str]]:
        """The element in a page of a fresh browser, after it loaded or failed, and the names of the fetched files."""
        digest = base64.b64encode(hashlib.sha384(PLAYER.read_bytes()).digest()).decode()
        script = f'<script type="module" src="player.js" integrity="sha384-{digest}" crossorigin {nonce}></script>'
        body = f'<rune-player src="{server.url}" key="hf_web_key" {attributes}></rune-player>'
        (self.files.folder / "index.html").write_text(f'<!doctype html><meta charset="utf-8">{script}{body}', "utf-8")
        page = self.browser.new_context().new_page()
        files: list[str] = []
        page.on("request", lambda request: files.append(request.url.rsplit("/", 1)[-1]))
        page.goto(f"{self.files.address}/index.html")
        element = page.locator("rune-player")
        element.locator("[role=alert], button").first.wait_for()
        return element, files


@pytest.fixture
def site(tmp_path: Path, browser: Browser, middle: Middle) -> Iterator[PinningSite]:
    with policed_site(tmp_path) as files:
        files.policy = policy(f"{files.address}/", middle)
        site = PinningSite(browser, files)
        (tmp_path / "player.js").write_bytes(PLAYER.read_bytes())
        site.second.write_bytes(SECOND.read_bytes())
        yield site


def policy(scripts: str, server: Middle) -> str:
    """A policy that allows these scripts, and what the guide says that the element needs."""
    return (
        f"default-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; worker-src blob:; connect-src {server.address}"
    )


def pin(publisher: Publisher) -> str:
    """The attribute with which a page demands what this root's keys sign."""
    return f'root="sha256:{hashlib.sha256(publisher.roots[0].encode()).hexdigest()}"'


def alert(element: Locator) -> str:
    return element.locator("[role=alert]").inner_text()


def test_each_file_is_small() -> None:
    sizes = {file.name: len(gzip.compress(file.read_bytes(), mtime=0)) for file in (PLAYER, SECOND, COUNTS, SAMPLES)}
    assert sizes[PLAYER.name] < MOST_BYTES, f"{sizes} bytes, compressed"
    assert sizes[SECOND.name] < MOST_BYTES_OF_SECOND, f"{sizes} bytes, compressed"
    assert sizes[COUNTS.name] < MOST_BYTES_OF_COUNTS, f"{sizes} bytes, compressed"
    assert sizes[SAMPLES.name] < MOST_BYTES_OF_SAMPLES, f"{sizes} bytes, compressed"


def test_another_second_file_is_refused_and_does_not_run(
    site: PinningSite, middle: Middle, publisher: Publisher
) -> None:
    site.second.write_bytes(b"globalThis.ran = true;" + SECOND.read_bytes())
    element, _ = site.open(middle, pin(publisher))
    assert "could not be loaded" in alert(element)
    assert element.page.evaluate("globalThis.ran === undefined")


def test_a_second_file_that_is_away_is_named(site: PinningSite, middle: Middle, publisher: Publisher) -> None:
    site.second.unlink()
    element, _ = site.open(middle, pin(publisher))
    assert f"{site.second.name} could not be loaded" in alert(element)


def test_a_page_that_demands_signed_documents_gets_them_verified(
    site: PinningSite, middle: Middle, publisher: Publisher
) -> None:
    element, files = site.open(middle, pin(publisher))
    assert element.locator("button").count() == 1, element.inner_text()
    assert files.count(site.second.name) == 1
    assert element.page.locator("script").count() == 1, "the element of the second script is gone"
    thief = Publisher(roots=list(publisher.roots))
    middle.serve(thief.release(EVIL, 2), EVIL, thief)
    element, _ = site.open(middle, pin(publisher))
    assert "did not sign" in alert(element)


def test_a_policy_by_nonce_allows_the_second_file(site: PinningSite, middle: Middle, publisher: Publisher) -> None:
    site.files.policy = policy("'nonce-c2VjcmV0'", middle)
    element, _ = site.open(middle, pin(publisher), nonce='nonce="c2VjcmV0"')
    assert element.locator("button").count() == 1, element.inner_text()


def test_a_page_that_demands_none_loads_one_file(site: PinningSite, middle: Middle) -> None:
    middle.answers[ADDRESS] = RUNE
    element, files = site.open(middle, "")
    assert element.locator("button").count() == 1, element.inner_text()
    assert site.second.name not in files
