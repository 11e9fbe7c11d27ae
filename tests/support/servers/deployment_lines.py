"""The lines of a deployment, as a person copies them from its page, and an app around those of React."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.servers.live_server import REPOSITORY, LiveServer

MODULES = REPOSITORY / "frontend/node_modules"
BUNDLE = Path(__file__).parent / "bundle.mjs"
LANGUAGES = ["HTML", "JavaScript", "React", "Python", "C", "Arduino"]


def signed_in(live: LiveServer, browser: Browser) -> BrowserContext:
    """A browser of the person of the server."""
    context = browser.new_context()
    context.add_cookies(
        [{"name": each.name, "value": each.value or "", "url": live.address} for each in live.http.cookies.jar]
    )
    return context


def deployed_lines(live: LiveServer, repository: str, browser: Browser, site: str) -> dict[str, str]:
    """Deploys the newest version of a project for the pages of a site, on the project's page. Returns the lines that it
    shows, by the title of their language."""
    context = signed_in(live, browser)
    page = context.new_page()
    page.goto(f"{live.address}/{repository}/deployments")
    page.get_by_label("Title").fill("Shop window")
    page.get_by_label("Version", exact=True).select_option(index=0)
    page.get_by_label("Origins of pages that may use it").fill(site)
    page.get_by_role("button", name="Create deployment").click()
    page.get_by_role("heading", name="New key").wait_for()
    page.locator(".deployment-way").first.wait_for()  # those of a first deployment come once it is signed
    lines = shown_lines(page, ".deployment-way", "summary")
    page.get_by_role("heading", name="Try it").wait_for()
    page.locator("[data-player] button").first.wait_for()
    context.close()
    return lines


def shown_lines(page: Page, ways: str, title: str) -> dict[str, str]:
    """The lines that a page shows, by the title of each way to use a rune."""
    rows = page.locator(ways)
    return {
        (rows.nth(at).locator(title).text_content() or "").strip(): rows.nth(at).locator("pre").text_content() or ""
        for at in range(rows.count())
    }


def bundled(lines: str, folder: Path, package: Path) -> None:
    """Bundles the page `react.html` in a folder, which draws the component of some lines of React."""
    component = re.search(r"export function (\w+)", lines)
    assert component
    (folder / "lines.jsx").write_text(lines, "utf-8")
    start = f"createRoot(document.getElementById('root')).render(<{component[1]} />);"
    imports = f"import {{ createRoot }} from 'react-dom/client';\nimport {{ {component[1]} }} from './lines.jsx';\n"
    (folder / "app.jsx").write_text(f"import React from 'react';\n{imports}{start}", "utf-8")
    source = folder / "react.html"
    source.write_text('<!doctype html><body><div id="root"></div><script type="module" src="./app.jsx"></script>')
    command = ["node", str(BUNDLE), str(MODULES), str(package), str(source), str(folder)]
    subprocess.run(command, check=True, timeout=120)
