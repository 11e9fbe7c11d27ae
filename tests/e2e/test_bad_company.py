"""Acts of others at the worst moment, and of a page that it may not do: no typed text is lost, and the page says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.editing.test_files_and_versions import row, run_command
from tests.support.browsers.pages import OpenPage, launch, people
from tests.support.browsers.studio import PATIENCE, create, expect_saved, invite, join, open_file, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

REFUSAL = "the server responded with a status of 4"
SEND_NOISE = """(bytes) => new Promise((done) => {
  const [, organisation, project] = location.pathname.split("/");
  const socket = new WebSocket(`ws://${location.host}/ws/projects/${organisation}/${project}/collab`);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => socket.send(Uint8Array.from(bytes));
  socket.onclose = ({ code, reason }) => done([code, reason]);
})"""
PASTE = """([words, times]) => {
  const transfer = new DataTransfer();
  transfer.setData("text/plain", words.repeat(times));
  const event = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""
MEMBER = """async ([method, role]) => {
  const organisation = location.pathname.split("/")[1];
  const members = `/api/v1/organisations/${organisation}/members`;
  const found = (await (await fetch(members)).json()).members.find(({ role }) => role !== "owner");
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const seen = (await fetch(`${members}/${found.id}`)).headers.get("ETag");
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json", "If-Match": seen };
  const body = role === null ? null : JSON.stringify({ role });
  const answer = await fetch(`${members}/${found.id}`, { method, headers, body });
  if (!answer.ok) throw new Error(await answer.text());
}"""


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    """A browser notes each refusal of the server on its console."""
    with people(lambda microphone: launch(playwright, microphone), lambda text: REFUSAL in text) as opener:
        yield opener


def text_of(page: Page, name: str) -> str:
    """Returns the text as the forge has it."""
    address, organisation, project = page.url.removesuffix("/studio").rsplit("/", 2)
    return page.request.get(f"{address}/api/v1/projects/{organisation}/{project}/files/{name}").text()


def test_the_worst_moments_of_writing_together(forge: LiveForge, open_page: OpenPage) -> None:
    owner, colleague = open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "Sine")
    studio = owner.url
    join(colleague, invite(owner, "developer"), "Jo Okafor")
    for page in (owner, colleague):
        page.goto(studio)
        open_file(page, "README.md")

    # A file is deleted while somebody types in it: it is said, and brought back with all that was typed.
    colleague.get_by_role("textbox", name="README.md").click()
    colleague.keyboard.press("Control+End")
    colleague.keyboard.type("typed before ")
    owner.get_by_role("tree", name="Files").get_by_role("treeitem", name="README.md").focus()
    owner.keyboard.press("Delete")
    deleted_notice = colleague.get_by_text("README.md was deleted by someone else")
    expect(deleted_notice).to_be_visible(timeout=PATIENCE)
    colleague.get_by_role("button", name="Restore").click()
    expect(row(owner, "README.md")).to_be_visible(timeout=PATIENCE)
    colleague.get_by_role("textbox", name="README.md").click()
    colleague.keyboard.press("Control+End")
    colleague.keyboard.type("and after")
    expect_saved(colleague)
    assert "typed before and after" in text_of(owner, "README.md")

    # A version comes back while somebody types: what they type meanwhile stays.
    run_command(owner, "Save a version")
    owner.keyboard.type("as it is")
    owner.keyboard.press("Enter")
    notice = owner.get_by_text(re.compile(r"^Version \d+ is saved\.$"))
    expect(notice).to_be_visible(timeout=PATIENCE)
    # It is the second one where the server has saved one by itself before.
    name = notice.inner_text().partition(" is saved")[0].lower()
    open_file(colleague, "Runefile.yml")
    colleague.get_by_role("textbox", name="Runefile.yml").click()
    colleague.keyboard.press("Control+End")
    colleague.keyboard.type("# changed")
    expect_saved(colleague)
    run_command(owner, "Versions")
    restore = owner.get_by_role("button", name=f"Restore {name}").first
    restore.click(timeout=PATIENCE)
    expect(colleague.get_by_role("textbox", name="Runefile.yml")).not_to_contain_text("# changed", timeout=PATIENCE)
    colleague.keyboard.type("# and on")
    expect_saved(colleague)
    assert "# and on" in text_of(owner, "Runefile.yml")

    # Noise on a socket of their own ends that socket alone.
    assert colleague.evaluate(SEND_NOISE, [0, 2, 255, 255, 255])[0] == 4400
    expect_saved(colleague)

    # More than a megabyte at once is refused with a notice before it is sent: the page stays in.
    open_file(colleague, "README.md")
    colleague.get_by_role("textbox", name="README.md").click()
    before = text_of(owner, "README.md")
    colleague.evaluate(PASTE, ["0123456789abcdef", 80_000])
    expect(colleague.locator(".toast").filter(has_text="The text has 1.3 MB")).to_be_visible(timeout=PATIENCE)
    assert text_of(owner, "README.md") == before
    colleague.keyboard.press("Control+Home")
    colleague.keyboard.type("after that ")
    expect_saved(colleague)
    assert text_of(owner, "README.md") == f"after that {before}"

    # Who may only look changes nothing, whatever their page sends; who is no longer a member is out within a second.
    colleague.goto(studio)
    expect_saved(colleague)
    owner.evaluate(MEMBER, ["PATCH", "viewer"])
    colleague.reload()
    text = colleague.get_by_role("textbox", name="Runefile.yml")
    expect(text).to_have_attribute("aria-readonly", "true", timeout=PATIENCE)
    owner.evaluate(MEMBER, ["DELETE", None])
    expect(colleague.get_by_role("banner").get_by_role("status")).to_contain_text(
        "load the page again", timeout=PATIENCE
    )
