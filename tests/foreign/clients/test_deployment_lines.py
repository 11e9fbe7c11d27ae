"""The lines that a deployment's page shows, each as it stands: pasted into a page of another site, or run by the
program that reads its language. The page itself is used by a person in a browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.packages.packaging import package as packaged
from rune.project.files import FolderFiles
from tests.foreign.clients.test_rune_package import package  # noqa: F401  a fixture
from tests.foreign.conftest import PullableRune
from tests.support.compiler.programs.package_compilers import HEADERS, NANO_33_BLE, WARNINGS, compiler
from tests.support.compiler.programs.package_programs import PackageFolder, called
from tests.support.servers.deployment_lines import LANGUAGES, bundled, deployed_lines
from tests.support.servers.listening import PolicedSite, policed_site
from tests.support.servers.live_server import REPOSITORY, LiveServer
from tools.browser import chromium
from tools.needs import EMULATORS

pytestmark = pytest.mark.foreign

AIM = 60.0
"""Seconds from the button to an answer in a page of another site, by hand. A program is faster than a hand."""


@pytest.fixture(scope="module")
def other_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicedSite]:
    """A site of another origin."""
    with policed_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        new_browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield new_browser
        new_browser.close()


@dataclass
class LinesDeployment:
    """The result of a person's deployment: the lines by the title of their language, and when the button was
    pressed."""

    lines: dict[str, str]
    pressed: float


@pytest.fixture(scope="module")
def deployment(live: LiveServer, release: PullableRune, browser: Browser, other_site: PolicedSite) -> LinesDeployment:
    """A deployment that a person creates on its page, for the pages of the other site."""
    start = time.monotonic()
    return LinesDeployment(deployed_lines(live, release.repository, browser, other_site.address), start)


def opened(browser: Browser, site: PolicedSite, body: str) -> tuple[Page, list[str]]:
    """A page of the site with this body, and what its console says."""
    (site.folder / "index.html").write_text(f'<!doctype html><meta charset="utf-8"><body>{body}', "utf-8")
    page = browser.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(f"{site.address}/index.html")
    return page, messages


def test_there_are_lines_for_each_language(deployment: LinesDeployment) -> None:
    assert list(deployment.lines) == LANGUAGES
    key = re.search(r"hf_web_[\w-]+", deployment.lines["HTML"])
    assert key
    for language in ("JavaScript", "React", "Python"):
        assert key[0] in deployment.lines[language], language


def test_a_pasted_line_answers_in_a_page_of_another_site(
    browser: Browser, deployment: LinesDeployment, other_site: PolicedSite, live: LiveServer
) -> None:
    script = rf"script-src {live.address} 'wasm-unsafe-eval'"
    other_site.policy = f"default-src 'none'; {script}; worker-src blob:; connect-src {live.address}"
    page, messages = opened(browser, other_site, deployment.lines["HTML"])
    page.locator("rune-player input").fill("0.8")
    page.locator("rune-player").get_by_role("button", name="Run").click()
    page.locator("rune-player .answer").wait_for()
    seconds = time.monotonic() - deployment.pressed
    answer = float(page.locator("rune-player .answer").inner_text())
    assert answer == pytest.approx(0.717, abs=0.05)
    assert len(page.workers) == 1, "the rune runs in a worker"
    assert [line for line in messages if "favicon" not in line and "404" not in line] == []
    assert seconds < AIM
    page.close()


def test_a_changed_script_is_refused_by_its_digest(
    browser: Browser, deployment: LinesDeployment, other_site: PolicedSite
) -> None:
    other_site.policy = ""
    changed = re.sub(r'integrity="sha384-[^"]{8}', 'integrity="sha384-AAAAAAAA', deployment.lines["HTML"])
    page, messages = opened(browser, other_site, changed)
    page.wait_for_load_state("networkidle")
    assert any("integrity" in line for line in messages)
    assert page.evaluate("customElements.get('rune-player') === undefined")
    page.close()


def test_a_page_of_an_origin_that_is_not_named_learns_nothing(
    browser: Browser, deployment: LinesDeployment, other_site: PolicedSite
) -> None:
    other_site.policy = ""
    (other_site.folder / "index.html").write_text(f"<!doctype html><body>{deployment.lines['HTML']}", "utf-8")
    page = browser.new_page()
    page.goto(f"{other_site.address.replace('127.0.0.1', 'localhost')}/index.html")
    assert "origin is not named" in page.locator("rune-player [role=alert]").inner_text()
    page.close()


@pytest.mark.slow
def test_the_lines_of_javascript_run_in_node(deployment: LinesDeployment, package: Path) -> None:  # noqa: F811
    program = package.parent / "lines.mjs"
    program.write_text(deployment.lines["JavaScript"], "utf-8")
    result = subprocess.run(["node", str(program)], check=True, capture_output=True, text=True, timeout=60)
    assert float(result.stdout) == pytest.approx(0, abs=0.05)


@pytest.mark.slow
def test_the_component_of_react_answers(
    browser: Browser,
    deployment: LinesDeployment,
    other_site: PolicedSite,
    package: Path,  # noqa: F811
) -> None:
    other_site.policy = ""
    bundled(deployment.lines["React"], other_site.folder, package / "@hammer-forge/rune")
    page = browser.new_page()
    page.goto(f"{other_site.address}/react.html")
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("document.querySelector('button').textContent !== 'Start'")
    assert float(page.get_by_role("button").inner_text()) == pytest.approx(0, abs=0.05)
    page.close()


def test_the_lines_of_python_run(deployment: LinesDeployment, tmp_path: Path) -> None:
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", deployment.lines["Python"]]
    result = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, env=environment)
    assert float(result.stdout.strip("[]\n ")) == pytest.approx(0, abs=0.05)
    assert list(tmp_path.rglob("*.rune")), "the rune is stored for the time when the server is away"


def sources_of(room: Path, target: str) -> PackageFolder:
    """The C package of the same project."""
    files = FolderFiles(REPOSITORY / "examples/sine")
    return PackageFolder.of(room, packaged(files, BuildOptions("first", target=find_target(target))))


@pytest.mark.slow
def test_the_program_in_c_runs(deployment: LinesDeployment, tmp_path: Path) -> None:
    folder = sources_of(tmp_path, "c").path
    (tmp_path / "use.c").write_text(deployment.lines["C"])
    sources = [str(each) for each in (folder / "src").glob("*.c") if "selftest" not in each.name]
    flags = ["-std=c99", "-Wall", "-Werror", f"-I{folder / 'include'}"]
    subprocess.run(["gcc", *flags, "use.c", *sources, "-lm", "-o", "use"], cwd=tmp_path, check=True)
    subprocess.run([str(tmp_path / "use")], check=True)


@pytest.mark.slow
def test_the_sketch_for_arduino_compiles(deployment: LinesDeployment, tmp_path: Path) -> None:
    folder = sources_of(tmp_path, "cortex-m4").path
    (tmp_path / "sketch.cpp").write_text(deployment.lines["Arduino"])
    plus = compiler("arm-none-eabi-g++", EMULATORS)
    includes = [f"-I{folder / 'src'}", f"-I{HEADERS}", "-include", str(HEADERS / "Arduino.h")]
    called([plus, "-std=gnu++14", *NANO_33_BLE, *WARNINGS, *includes, "-c", "sketch.cpp", "-o", "sketch.o"], tmp_path)
