"""Every kind of page has one logo and one width of content, and a layout without faults on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.frame import frame_problems
from tests.support.browsers.layout import layout_problems
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

WIDTHS = (1440, 1024, 390)
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""A script that waits for two frames, after which a page has seen its new width."""
OF_GUESTS = (
    "/",
    "/accounts/login/",
    "/accounts/password-reset",
    "/join",
    "/sign-in",
    "/explore",
    "/docs",
    "/docs/tutorial",
    "/try",
    "/dist/",
)
OF_MEMBERS = (
    "/",
    "/explore",
    "/accounts/profile",
    "/organisations/new",
    "/?view=list",
    "/new",
    "{organisation}",
    "{organisation}/-/members",
    "{organisation}/-/jobs",
    "{organisation}/-/settings",
    "{organisation}/-/settings/signing",
    "{project}",
    "{project}/data",
    "{project}/builds",
    "{project}/deployments",
    "{project}/training",
    "{project}/start",
    "{project}/models",
    "{project}/change-requests",
    "{project}/published",
    "{project}/share",
    "{project}/settings",
)


def test_pages_have_one_logo_one_width_and_no_fault_of_layout(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    problems = [problem for path in OF_GUESTS for problem in _problems_at(page, forge.address + path, path)]
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio").removeprefix(forge.address)
    organisation = project.rpartition("/")[0]
    problems += _problems_of(page, "studio")
    for pattern in OF_MEMBERS:
        path = pattern.format(project=project, organisation=organisation)
        problems += _problems_at(page, forge.address + path, pattern)
    page.goto(f"{forge.address}/player{project}")
    expect(page.get_by_role("banner")).to_be_visible(timeout=PATIENCE)
    problems += _problems_of(page, "player")
    assert not problems, "\n".join(problems)


BUILD_TABS = ("", "/try", "/memory", "/boards", "/files", "/log", "/publish")


def test_the_pages_of_a_build_have_one_row_of_tabs_and_no_fault_of_layout(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_role("link", name="Build 1 ok")).to_be_visible(timeout=PATIENCE)
    build = page.url.removesuffix("/studio") + "/builds/1"
    problems = []
    for tab in BUILD_TABS:
        page.goto(build + tab)
        if tab in ("", "/try"):
            expect(page.get_by_text("Right: its label is 7")).to_be_visible(timeout=PATIENCE)
        problems += _problems_of(page, f"the build{tab}")
        expect(page.locator("nav[data-tabs]")).to_have_count(1)
    assert not problems, "\n".join(problems)
    page.get_by_role("link", name="Project digits").click()
    page.wait_for_url(build.removesuffix("/builds/1"))


def _problems_at(page: Page, address: str, name: str) -> list[str]:
    page.goto(address)
    return _problems_of(page, name)


def _problems_of(page: Page, name: str) -> list[str]:
    problems = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(TWO_FRAMES)
        problems += [f"{name}, {width} px: {problem}" for problem in (*frame_problems(page), *layout_problems(page))]
    return problems


REFUSED = {
    '<p style="font-size: 11px">tiny</p>': "text of 11px: tiny",
    '<p style="width: 40px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap">a long name</p>': (
        "cut without a title: a long name"
    ),
    '<select aria-label="Role" style="width: 60px"><option>Developer: edits and builds</option></select>': (
        "a select that cuts its choice: Developer: edits and builds"
    ),
    '<a href="/">first</a><a href="/" style="margin-left: -20px">second</a>': "first overlaps second",
    "<button>raw</button>": "a button in the browser's own grey: raw",
    '<nav data-tabs style="width: 60px; overflow-x: auto" aria-label="tabs"><pre>Overview Settings</pre></nav>': (
        "tabs end without a sign: tabs"
    ),
}


def test_faults_of_a_layout_are_refused(open_page: OpenPage) -> None:
    page = open_page()
    for markup, problem in REFUSED.items():
        page.set_content(f"<main>{markup}</main>")
        assert problem in layout_problems(page), markup
    page.set_content('<main><p>words</p><a href="/">first</a> <a href="/">second</a></main>')
    assert layout_problems(page) == []
