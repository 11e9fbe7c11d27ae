"""The first walk of a newcomer: a fresh clone, `make run`, a template, a package for a Pico that a compiler takes, and
a page of another origin in which the published rune answers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import REPOSITORY
from tests.support.browsers import fixtures
from tests.support.browsers.boards import downloaded_package, self_test_output
from tests.support.browsers.pages import launch, people
from tests.support.browsers.studio import PATIENCE, create, draw_digit, expect_label, publish, sign_in
from tests.support.servers.deployment_lines import shown_lines
from tests.support.servers.fresh_clone import clone_into, cloned_forge
from tests.support.servers.listening import PolicedSite, policed_site

playwright = fixtures.playwright

pytestmark = pytest.mark.proof

COMPILING = 3 * PATIENCE
CHAPTER = (REPOSITORY / "docs" / "guides" / "virtual-pico.md").read_text("utf-8")
SEVEN = REPOSITORY / "examples" / "digits" / "7.png"


def test_a_fresh_clone_leads_to_a_package_for_a_pico_and_to_a_page_of_another_origin(
    tmp_path: Path, playwright: Playwright, record_property: Callable[[str, object], None]
) -> None:
    clone, site_folder = tmp_path / "clone", tmp_path / "site"
    clone_into(clone)
    site_folder.mkdir()
    with cloned_forge(clone) as forge, policed_site(site_folder) as site:
        forge.wait()
        with people(lambda microphone: launch(playwright, microphone)) as open_page:
            page = open_page()
            sign_in(page, forge.printed_link())
            create(page, "Digits")
            draw_digit(page, "7")
            expect_label(page, "answer", "7")
            project = page.url.removesuffix("/studio")
            package = package_for_a_pico(page, tmp_path)
            assert self_test_output(package, CHAPTER) == "0 nothing\n"
            with zipfile.ZipFile(package) as files:
                assert "rune_digits/firmware/digits.uf2" in files.namelist()
            publish(page, project)
            lines = lines_of_a_deployment(page, project, site.address)
            expect_seven(open_page(), site, lines["HTML"])
            record_property("languages", len(lines))


def package_for_a_pico(page: Page, folder: Path) -> Path:
    """Builds what the studio shows for a Pico, and downloads its package."""
    page.get_by_role("button", name="Build settings").click()
    page.get_by_role("checkbox", name=re.compile("^pico ")).check()
    page.get_by_role("button", name="Save and build").click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=COMPILING)
    panel.get_by_role("link", name="Build page").click()
    page.get_by_role("link", name="Boards", exact=True).click()
    # The package is compiled after the rune, and the page shows it then.
    expect(page.get_by_role("region", name="Boards", exact=True)).to_be_visible(timeout=COMPILING)
    return downloaded_package(page, folder)


def lines_of_a_deployment(page: Page, project: str, origin: str) -> dict[str, str]:
    """Deploys 1.0 for the pages of an origin. Returns the lines that the page shows, by language."""
    page.goto(f"{project}/deployments")
    page.get_by_label("Title").fill("Shop window")
    page.get_by_label("Version", exact=True).select_option(index=0)
    page.get_by_label("Origins of pages that may use it").fill(origin)
    page.get_by_role("button", name="Create deployment").click()
    page.get_by_role("heading", name="New key").wait_for()
    return shown_lines(page, ".deployment-way", "summary")


def expect_seven(page: Page, site: PolicedSite, lines: str) -> None:
    """A page of another site with these lines recognises a drawing of a seven."""
    head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'
    (site.folder / "index.html").write_text(f"{head}<body>{lines}", "utf-8")
    page.goto(f"{site.address}/index.html")
    player = page.locator("rune-player")
    player.locator("input[type=file]").set_input_files(SEVEN)
    expect(player.locator(".answer")).to_contain_text("7", timeout=PATIENCE)
