"""The package @hammer-forge/rune in a page that a bundler makes smaller, from the lines of the guide as they stand:
esbuild, Vite with its own minifier and with terser, and webpack. Chromium opens the page."""

# ruff: noqa: F811  the arguments are fixtures

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.foreign.clients.test_rune_package import package  # noqa: F401  a fixture
from tests.foreign.clients.test_rune_package_attacks import browser  # noqa: F401  a fixture
from tests.support.forge.interference import Interference
from tests.support.forge.middle import Middle, Publisher, middle, publisher  # noqa: F401  fixtures
from tests.support.servers.deployment_lines import MODULES
from tests.support.servers.listening import file_server
from tests.support.servers.live_server import REPOSITORY

pytestmark = [pytest.mark.foreign, pytest.mark.slow]

GUIDE = (REPOSITORY / "docs/guides/deploy.md").read_text("utf-8").partition("## Bundlers\n")[2].partition("\n## ")[0]
ADDRESS = "https://forge.example/d/acme/door-knock/website"
NAMES = "\nwindow.names = [DeliveryError.name, RuneError.name];\n"
REFUSED = Interference(
    "revoked key",
    "key-revoked",
    403,
    b'{"name": "key-revoked", "detail": "Revoked."}',
    {"Content-Type": "application/json"},
)


def block(language: str, part: str) -> str:
    """The block of the guide with some text in it."""
    blocks = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    (text,) = (each for each in blocks if part in each)
    return str(text)


def command_of(program: str) -> list[str]:
    """The words of the guide's command that begins with `npx` and a program, which is run from `node_modules`."""
    text = block("console", f"npx {program} ").replace("\\\n", " ")
    (line,) = (each for each in text.splitlines() if each.startswith(f"$ npx {program} "))
    return [str(MODULES / ".bin" / program), *line.split()[3:]]


@pytest.fixture(params=["esbuild", "vite", "vite with terser", "webpack"])
def site(
    request: pytest.FixtureRequest, package: Path, middle: Middle, publisher: Publisher, tmp_path: Path
) -> Iterator[str]:
    """A page that was bundled by the guide, for a deployment of the test's server."""
    app = block("javascript", "document.body")
    own = {
        f'"{ADDRESS}"': json.dumps(middle.url),
        '"hf_web_…"': '"hf_web_1"',
        '"sha256:…"': json.dumps(publisher.roots[0]),
        "[0.8]": "new Uint8Array([1, 2])",
    }
    for text, replacement in own.items():
        assert text in app
        app = app.replace(text, replacement)
    (tmp_path / "app.js").write_text(app + NAMES, "utf-8")
    (tmp_path / "index.html").write_text(block("html", "app.js"), "utf-8")
    (tmp_path / "webpack.config.mjs").write_text(block("javascript", "outputModule"), "utf-8")
    (tmp_path / "node_modules").symlink_to(package, target_is_directory=True)
    program, _, minifier = request.param.partition(" with ")
    command = command_of(program) + (["--minify", minifier] if minifier else [])
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    if program != "vite":
        (tmp_path / "dist/index.html").write_text((tmp_path / "index.html").read_text("utf-8"), "utf-8")
    with file_server(tmp_path / "dist") as address:
        yield address


def opened(browser: Browser, site: str) -> Page:
    page = browser.new_page()
    page.goto(f"{site}/index.html")
    page.wait_for_function("'names' in window")
    return page


def test_a_bundled_page_answers_and_names_its_errors(site: str, browser: Browser, middle: Middle) -> None:
    page = opened(browser, site)
    assert page.locator("body").inner_text().strip() == "1"
    assert page.evaluate("names") == ["DeliveryError", "RuneError"]
    assert len(page.workers) == 1, "the rune runs in a worker"
    page.close()
    middle.interference = REFUSED
    page = opened(browser, site)
    assert page.locator("body").inner_text().strip() == "key-revoked: Revoked."
    page.close()


def test_the_package_has_the_map_of_each_script(package: Path) -> None:
    folder = package / "@hammer-forge/rune"
    # The first has no code of its own: it exports what another one has.
    scripts = [script for script in folder.glob("*.js") if script.name != "index.js"]
    assert len(scripts) >= 7
    for script in scripts:
        source_map = json.loads((folder / f"{script.name}.map").read_text("utf-8"))
        assert f"//# sourceMappingURL={script.name}.map" in script.read_text("utf-8")
        assert len(source_map["sources"]) == len(source_map["sourcesContent"])
    names = {Path(each).name for each in json.loads((folder / "sdk.js.map").read_text("utf-8"))["sources"]}
    assert {"fetch-rune.ts", "errors.ts", "instance.ts"} <= names
