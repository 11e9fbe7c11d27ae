"""The lines that pages show of the rune of each template and of each recipe, as they stand: in pages of another site,
with Chromium's camera and microphone, and in a terminal."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from forge.deployments.snippets.interface import interface_of
from forge.deployments.snippets.texts import UsedDeployment, deployment_snippets
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FolderFiles
from rune.tools.api import load
from tests.foreign.clients.test_rune_package import package  # noqa: F401  a fixture
from tests.support.browsers.motion import GIVE_EVENTS
from tests.support.browsers.pages import launch
from tests.support.patience import PATIENCE
from tests.support.servers.deployment_lines import LANGUAGES, bundled, deployed_lines, shown_lines, signed_in
from tests.support.servers.listening import PolicedSite, policed_site
from tests.support.servers.live_server import REPOSITORY, LiveServer
from tests.support.training.rune_projects import PROJECTS

pytestmark = pytest.mark.foreign

SHAKES = (
    f"({GIVE_EVENTS})(Array.from({{ length: 5000 }}, (_, at) => [9 * Math.sin(at / 3), 9 * Math.cos(at / 3), 9.8]))"
)
"""Shakes a phone for longer than any test."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicedSite]:
    """A site of another origin."""
    with policed_site(tmp_path_factory.mktemp("site")) as other_site:
        (other_site.folder / "favicon.ico").touch()
        yield other_site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium with its own camera and microphone."""
    with sync_playwright() as playwright:
        new_browser = launch(playwright)
        yield new_browser
        new_browser.close()


def published(live: LiveServer, name: str) -> str:
    """Publishes the project of this name, which everybody may read. Returns its full name."""
    organisation, project = live.organisation(), name.replace(" ", "-")
    full_name = f"{organisation}/{project}"
    live.api("POST", "projects", json={"organisation": organisation, "name": project})
    files = PROJECTS[name]()
    for path in files.paths():
        live.api("PUT", f"projects/{full_name}/files/{path}", content=files.read(path))
    numbered_build = live.build(full_name)
    assert numbered_build["state"] == "succeeded", numbered_build
    live.publish(full_name, numbered_build["id"], "1.0")
    live.api("PATCH", f"projects/{full_name}", json={"visibility": "public"})
    return full_name


def published_lines(live: LiveServer, browser: Browser, full_name: str) -> dict[str, str]:
    """The lines of the page of the published rune, by title."""
    context = signed_in(live, browser)
    page = context.new_page()
    page.goto(f"{live.address}/{full_name}/published")
    lines = shown_lines(page, ".way", "h3")
    context.close()
    return lines


def install(package: Path, site: PolicedSite) -> None:  # noqa: F811
    """Puts the package on the site, where an import map names it."""
    if not (site.folder / "rune").exists():
        (site.folder / "rune").symlink_to(package / "@hammer-forge/rune")


def opened(browser: Browser, site: PolicedSite, file: str, body: str = "") -> tuple[Page, list[str]]:
    """A page of the site, of this body if one is given, and what its console says."""
    if body:
        (site.folder / file).write_text(f'<!doctype html><meta charset="utf-8"><body>{body}', "utf-8")
    page = browser.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(f"error: {error}"))
    page.goto(f"{site.address}/{file}")
    return page, messages


def answer_of_javascript(browser: Browser, site: PolicedSite, lines: str) -> str:
    """Returns the first text that the lines log, in a page that finds the package under its name."""
    names = json.dumps({"imports": {"@hammer-forge/rune": "/rune/index.js"}})
    body = f'<script type="importmap">{names}</script><script type="module">\n{lines}\n</script>'
    page, messages = opened(browser, site, "lines.html", body)
    with page.expect_console_message(timeout=1000 * PATIENCE) as logged:
        page.evaluate(f"void {SHAKES}")
    page.close()
    assert logged.value.type == "log", messages
    return logged.value.text


def answer_of_react(browser: Browser, site: PolicedSite, lines: str, package: Path) -> str:  # noqa: F811
    """The answer that the component shows after its button was pressed."""
    bundled(lines, site.folder, package / "@hammer-forge/rune")
    page, messages = opened(browser, site, "react.html")
    page.get_by_role("button", name="Start").click()
    page.evaluate(f"void {SHAKES}")
    page.wait_for_function(
        "document.querySelector('button, [role=alert]').textContent !== 'Start'", timeout=1000 * PATIENCE
    )
    answer = page.get_by_role("button").inner_text()
    page.close()
    assert not [each for each in messages if each.startswith("error")]
    return answer


def answer_of_element(browser: Browser, site: PolicedSite, lines: str) -> str:
    """The answer that the element of a deployment shows, once somebody uses the first thing that it offers."""
    page, messages = opened(browser, site, "element.html", lines)
    element = page.locator("rune-player")
    field, answer = element.locator("input:not([type=file])"), element.locator(".answer")
    button = element.get_by_role("button", name=re.compile("^(Listen|Use the camera|Use the motion sensor|Run)$"))
    button.wait_for()
    if field.count():
        field.fill("0.5")
    button.click()
    page.evaluate(f"void {SHAKES}")
    # A rune of a stream of numbers answers after some of them.
    page.wait_for_function(
        """() => {
          const { shadowRoot } = document.querySelector("rune-player");
          if (shadowRoot.querySelector(".answer")?.textContent) return true;
          const run = [...shadowRoot.querySelectorAll("button")].find(({ textContent }) => textContent === "Run");
          run?.click();
          return false;
        }""",
        timeout=1000 * PATIENCE,
    )
    text = answer.inner_text()
    page.close()
    assert messages == []
    return text


def require_player(browser: Browser, site: PolicedSite, lines: str) -> None:
    """The element of a published rune shows the rune, running, in its frame."""
    page, messages = opened(browser, site, "player.html", lines)
    page.frame_locator("rune-player iframe").get_by_role("region", name="The rune, running").wait_for()
    page.close()
    assert messages == []


def program(lines: str, folder: Path) -> str:
    """Runs lines of Python in a folder. Returns what they print."""
    environment = os.environ | {"XDG_CACHE_HOME": str(folder)}
    command = [sys.executable, "-c", lines]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def terminal(lines: str, folder: Path, chunks: int) -> str:
    """Runs lines of a terminal beside inputs of the names that they use; a file of numbers has so many chunks. Returns
    the output of the last line."""
    with wave.open(str(folder / "up.wav"), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes((8000 * np.sin(np.arange(48_000) / 9)).astype("<i2").tobytes())
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(folder / "picture.png")
    np.savetxt(folder / "motion.csv", 9 * np.sin(np.arange(600).reshape(200, 3) / 5), delimiter=",", fmt="%.4f")
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": programs, "XDG_CACHE_HOME": str(folder), "HOME": str(folder)}
    output = ""
    for line in lines.splitlines():
        for rune in folder.glob("*.rune"):
            first = next(iter(load(rune).inputs.values()))
            (folder / "numbers.bin").write_bytes(
                np.zeros((chunks, *(first.shape or ())), first.dtype or "u1").tobytes()
            )
        words = shlex.split(line)
        result = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        assert result.returncode == 0, (line, result.stderr)
        output = result.stdout
    return output


def test_the_lines_of_javascript_listen_to_a_microphone(
    browser: Browser,
    site: PolicedSite,
    package: Path,  # noqa: F811
) -> None:
    rune = build(FolderFiles(REPOSITORY / "examples/anomaly"), BuildOptions("app"))
    (site.folder / "app.rune").write_bytes(rune.rune)
    install(package, site)
    interface = interface_of(json.loads(json.dumps(rune.report.to_json()))["pipeline"])
    deployment = UsedDeployment("app", f"{site.address}/app.rune", "hf_web_x")
    ways = {way.language: way.text for way in deployment_snippets(deployment, interface, None, "", "")}
    assert 'rune.listen("microphone")' in ways["javascript"]
    assert answer_of_javascript(browser, site, ways["javascript"]).split()[0] in ("normal", "anomaly")


@pytest.mark.slow
@pytest.mark.parametrize("name", PROJECTS)
def test_all_lines_that_pages_show_of_a_rune_answer(
    name: str,
    live: LiveServer,
    browser: Browser,
    site: PolicedSite,
    package: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    install(package, site)
    full_name = published(live, name)
    public = published_lines(live, browser, full_name)
    assert list(public)[:4] == ["Command line", "HTML", "JavaScript", "Python"]
    chunks = 200 if "while" in public["Python"] else 1
    assert json.loads(terminal(public["Command line"], tmp_path, chunks).splitlines()[-1])
    require_player(browser, site, public["HTML"])
    of_python = program(public["Python"], tmp_path)
    of_javascript = answer_of_javascript(browser, site, public["JavaScript"])
    assert is_answer(of_javascript)
    assert of_python == of_javascript or of_python.startswith("["), "both run on zeros"

    deployed = deployed_lines(live, full_name, browser, site.address)
    assert list(deployed) == LANGUAGES
    assert is_answer(answer_of_element(browser, site, deployed["HTML"]))
    assert is_answer(answer_of_javascript(browser, site, deployed["JavaScript"]))
    assert is_answer(answer_of_react(browser, site, deployed["React"], package))
    assert program(deployed["Python"], tmp_path) == of_python


def is_answer(text: str) -> bool:
    """Returns whether a line shows what a rune sent, and not that it sent nothing."""
    return text.split()[:1] not in ([], ["null"], ["undefined"], ["NaN"])
