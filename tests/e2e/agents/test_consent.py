"""A program signs in over OAuth, and a person decides on the page of consent in a browser."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue
from urllib.parse import parse_qs, urlsplit

import pytest
from mcp.client.auth import AuthorizationCodeResult
from playwright.sync_api import Page, Route, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import DESKTOP, OpenPage
from tests.support.browsers.pictures import take_pictures
from tests.support.forge.seeded_agents import PERSON
from tests.support.patience import PATIENCE
from tests.support.servers.agents import CALLBACK, MemoryStorage, answer, with_consent
from tests.support.servers.forge_with_draft import ForgeWithDraft, opened

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


class PersonAtBrowser:
    """Gives the address of consent to the test's browser, and what that came back with to the program."""

    def __init__(self) -> None:
        self.addresses: Queue[str] = Queue()
        self.callbacks: Queue[str] = Queue()

    async def open(self, address: str) -> None:
        self.addresses.put(address)

    async def code(self) -> AuthorizationCodeResult:
        query = parse_qs(urlsplit(await asyncio.to_thread(self.callbacks.get, timeout=PATIENCE)).query)
        return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0])


async def work_of_program(forge: ForgeWithDraft, person: PersonAtBrowser, goes_on: Queue[None]) -> None:
    """Signs in, lists projects, and calls again once the test lets it."""
    async with with_consent(forge, person, MemoryStorage()) as client:
        projects = (await answer(client, "list_projects"))["projects"]
        person.addresses.put(" ".join(each["name"] for each in projects))
        await asyncio.to_thread(goes_on.get, timeout=PATIENCE)
        await answer(client, "list_projects")


def started(forge: ForgeWithDraft, page: Page) -> tuple[PersonAtBrowser, Queue[None], Future[None]]:
    """Starts the program, and opens the page that it asks for."""
    person, goes_on = PersonAtBrowser(), Queue[None]()

    def arrive(route: Route) -> None:
        person.callbacks.put(route.request.url)
        route.fulfill(body="You can close this window.")

    page.route(f"{CALLBACK}**", arrive)
    work = ThreadPoolExecutor(1).submit(asyncio.run, work_of_program(forge, person, goes_on))
    page.goto(person.addresses.get(timeout=PATIENCE))
    return person, goes_on, work


def test_a_person_chooses_projects_scopes_and_the_end_and_ends_it(
    forge_with_draft: ForgeWithDraft, open_page: OpenPage
) -> None:
    page = opened(open_page(), forge_with_draft, "/", PERSON)
    person, goes_on, work = started(forge_with_draft, page)
    expect(page.get_by_role("heading", name="Let Claude act for you?")).to_be_visible()
    take_pictures(page, "consent")
    assert findings(page, LOOKS) == []
    page.set_viewport_size(DESKTOP)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("alert")).to_contain_text("project")
    page.get_by_role("checkbox", name="acme/kitchen").check()
    page.get_by_role("radio", name="1 day").check()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("You can close this window.")).to_be_visible()
    assert person.addresses.get(timeout=PATIENCE) == "acme/kitchen"

    page.goto(f"{forge_with_draft.address}/accounts/made")
    take_pictures(page, "grants")
    assert findings(page, LOOKS) == []
    page.set_viewport_size(DESKTOP)
    agents = page.get_by_role("region", name="Agents")
    # The one of the draft shows a token; the other one was let in here.
    for left in (1, 0):
        agents.get_by_role("button", name="End Agent “Claude”").first.click()
        page.get_by_role("button", name="Press again to confirm: End Agent “Claude”").click(delay=600)
        expect(agents.get_by_role("button", name="End Agent “Claude”")).to_have_count(left)
    goes_on.put(None)
    # Its next call is refused, so it asks for consent anew, and is given none.
    assert "/oauth/authorise" in person.addresses.get(timeout=PATIENCE)
    person.callbacks.put(f"{CALLBACK}?error=access_denied")
    assert work.exception(PATIENCE) is not None


def test_who_refuses_gives_the_program_nothing(forge_with_draft: ForgeWithDraft, open_page: OpenPage) -> None:
    page = opened(open_page(), forge_with_draft, "/", PERSON)
    _, _, work = started(forge_with_draft, page)
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("You can close this window.")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["error"] == ["access_denied"]
    assert work.exception(PATIENCE) is not None
