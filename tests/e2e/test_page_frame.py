"""Every kind of page has one logo and one width of content: of guests, of members, of phones and of the studio."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.frame import frame_problems
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

WIDTHS = (1440, 1024, 390)
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
    "{organisation}",
    "{organisation}/-/members",
    "{organisation}/-/settings",
    "{project}",
    "{project}/data",
    "{project}/builds",
    "{project}/deployments",
    "{project}/training",
    "{project}/start",
    "{project}/settings",
)


def test_pages_have_one_logo_and_one_width(forge: LiveForge, open_page: OpenPage) -> None:
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


def _problems_at(page: Page, address: str, name: str) -> list[str]:
    page.goto(address)
    return _problems_of(page, name)


def _problems_of(page: Page, name: str) -> list[str]:
    problems = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        problems += [f"{name}, {width} px: {problem}" for problem in frame_problems(page)]
    return problems
