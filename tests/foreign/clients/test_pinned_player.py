"""The single file `rune-player.js` in a page that pins it by its digest, under a strict policy: its size, and that the
second file, which verifies signed documents, is loaded where a page demands them, and is the pinned one."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.foreign.clients.test_rune_package import MOST_BYTES, SDK
from tests.foreign.clients.test_rune_package_attacks import (  # noqa: F401  fixtures
    EVIL,
    RUNE,
    browser,
    middle,
    publisher,
)
from tests.forge.deployments.updates.middle import ADDRESS, Middle, Publisher
from tests.support.servers.listening import QuietFiles, file_server

pytestmark = pytest.mark.foreign

PLAYER, SECOND = SDK / "rune-player.js", SDK / "rune-player-deployment.js"
MOST_BYTES_OF_SECOND = 6_500
"""Of the second file, compressed. It has its own copy of what asks a server."""


@dataclass
class Site:
    """A site that serves both files by their digests, as a server of Forge does, with pages of a strict policy."""

    folder: Path
    address: str = ""
    policy: str = ""

    @property
    def second(self) -> Path:
        return self.folder / f"{hashlib.sha256(SECOND.read_bytes()).hexdigest()}.js"

    def open(self, browser: Browser, server: Middle, attributes: str, nonce: str = "") -> tuple[Page, list[str]]:  # noqa: F811
        """A page with the element, after it loaded or failed, and the names of the files that it fetched."""
        digest = base64.b64encode(hashlib.sha384(PLAYER.read_bytes()).digest()).decode()
        script = f'<script type="module" src="player.js" integrity="sha384-{digest}" crossorigin {nonce}></script>'
        element = f'<rune-player src="{server.url}" key="hf_web_key" {attributes}></rune-player>'
        (self.folder / "index.html").write_text(f'<!doctype html><meta charset="utf-8">{script}{element}', "utf-8")
        (self.folder / "player.js").write_bytes(PLAYER.read_bytes())
        page = browser.new_context().new_page()
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url.rsplit("/", 1)[-1]))
        page.goto(f"{self.address}/index.html")
        page.locator("rune-player :is([role=alert], button)").first.wait_for()
        return page, fetched


@pytest.fixture
def site(tmp_path: Path, middle: Middle) -> Iterator[Site]:  # noqa: F811
    site = Site(tmp_path)

    class Strict(QuietFiles):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", site.policy)
            super().end_headers()

    with file_server(tmp_path, Strict) as site.address:
        site.policy = policy(f"{site.address}/", middle)
        site.second.write_bytes(SECOND.read_bytes())
        yield site


def policy(scripts: str, server: Middle) -> str:
    """A policy that allows these scripts, and what the guide says that the element needs."""
    return (
        f"default-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; worker-src blob:; connect-src {server.address}"
    )


def pin(publisher: Publisher) -> str:  # noqa: F811
    """The attribute with which a page demands what this root's keys sign."""
    return f'root="sha256:{hashlib.sha256(publisher.roots[0].encode()).hexdigest()}"'


def test_each_file_is_small() -> None:
    sizes = {file.name: len(gzip.compress(file.read_bytes(), mtime=0)) for file in (PLAYER, SECOND)}
    assert sizes[PLAYER.name] < MOST_BYTES, f"{sizes} bytes, compressed"
    assert sizes[SECOND.name] < MOST_BYTES_OF_SECOND, f"{sizes} bytes, compressed"


def test_another_second_file_is_refused_and_does_not_run(
    site: Site,
    browser: Browser,  # noqa: F811
    middle: Middle,  # noqa: F811
    publisher: Publisher,  # noqa: F811
) -> None:
    site.second.write_bytes(b"globalThis.ran = true;" + SECOND.read_bytes())
    page, _ = site.open(browser, middle, pin(publisher))
    assert "did not come, or it is another one" in page.locator("rune-player [role=alert]").inner_text()
    assert page.evaluate("globalThis.ran === undefined")
    page.context.close()


def test_a_second_file_that_is_away_is_named(
    site: Site,
    browser: Browser,  # noqa: F811
    middle: Middle,  # noqa: F811
    publisher: Publisher,  # noqa: F811
) -> None:
    site.second.unlink()
    page, _ = site.open(browser, middle, pin(publisher))
    assert f"{site.second.name} did not come" in page.locator("rune-player [role=alert]").inner_text()
    site.second.write_bytes(SECOND.read_bytes())
    page.context.close()


def test_a_page_that_demands_signed_documents_gets_them_verified(
    site: Site,
    browser: Browser,  # noqa: F811
    middle: Middle,  # noqa: F811
    publisher: Publisher,  # noqa: F811
) -> None:
    page, fetched = site.open(browser, middle, pin(publisher))
    assert page.locator("rune-player button").count() == 1, page.locator("rune-player").inner_text()
    assert fetched.count(site.second.name) == 1
    assert page.locator("script").count() == 1, "the element of the second script is gone"
    page.context.close()
    thief = Publisher(roots=list(publisher.roots))
    middle.serve(thief.release(EVIL, 2), EVIL, thief)
    page, _ = site.open(browser, middle, pin(publisher))
    assert "did not sign" in page.locator("rune-player [role=alert]").inner_text()
    page.context.close()


def test_a_policy_by_nonce_allows_the_second_file(
    site: Site,
    browser: Browser,  # noqa: F811
    middle: Middle,  # noqa: F811
    publisher: Publisher,  # noqa: F811
) -> None:
    site.policy = policy("'nonce-c2VjcmV0'", middle)
    page, _ = site.open(browser, middle, pin(publisher), nonce='nonce="c2VjcmV0"')
    assert page.locator("rune-player button").count() == 1, page.locator("rune-player").inner_text()
    page.context.close()


def test_a_page_that_demands_none_loads_one_file(site: Site, browser: Browser, middle: Middle) -> None:  # noqa: F811
    middle.answers[ADDRESS] = RUNE
    page, fetched = site.open(browser, middle, "")
    assert page.locator("rune-player button").count() == 1, page.locator("rune-player").inner_text()
    assert site.second.name not in fetched
    page.context.close()
