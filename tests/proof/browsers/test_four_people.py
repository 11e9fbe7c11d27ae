"""A developer, a reviewer on a phone, an owner and a guest, in four browsers: what was approved is what ships.

One story from the question to the audit log. The microphones hear a human say "up"; the developer's labels are wrong.
"""

from __future__ import annotations

import re
import time
import wave
from array import array
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from standardwebhooks import Webhook

from tests.proof.browsers.team_steps import StudioTeam, build, is_above, look_closely, publish, types, until
from tests.support.browsers import fixtures
from tests.support.browsers.pages import OpenPage, Record, launch, people
from tests.support.browsers.studio import (
    PATIENCE,
    create,
    expect_running,
    expect_saved,
    invite,
    join,
    open_file,
    replace_in_editor,
    sign_in,
)
from tests.support.servers.live_forge import LiveForge, free_port
from tests.support.servers.webhook_receiver import receiving

playwright = fixtures.playwright

pytestmark = pytest.mark.proof
SMALL_PHONE = {"width": 360, "height": 740}
REFUSAL = "the server responded with a status of 409"
RECORDINGS = 8
"""Fewer would be no more than chance."""
EXPECTED_EVENTS = {"review.verdict", "rune.published"}
"""The events that the webhook reports."""
HALFWAY = """(audio) => new Promise((done) => {
  audio.addEventListener("seeked", () => done(), { once: true });
  audio.addEventListener("loadedmetadata", () => { audio.currentTime = 0.5; }, { once: true });
  audio.load();
})"""
"""Moves a player to the middle of the word."""


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[LiveForge]:
    """Runs a forge whose webhooks may go to this machine."""
    with LiveForge(tmp_path / "data", {"WEBHOOKS_TO": "anywhere"}) as running:
        yield running


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    """Chromium notes each refusal that a page gets; refused publishing is part of the story."""
    with people(lambda microphone: launch(playwright, microphone), lambda text: REFUSAL in text) as opener:
        yield opener


def test_what_was_approved_is_what_ships(
    forge: LiveForge, open_page: OpenPage, test_data: Path, tmp_path: Path, record_property: Record
) -> None:
    begin = time.monotonic()
    word = test_data / "samples" / "up.wav"
    team = meet(forge, open_page, word)
    port = free_port()
    secret = make_webhook(team, port)
    give_samples(team, word, tmp_path / "words")
    ask(team)
    get_a_wrong_result(team)
    comment_at_a_moment(team)
    let_a_guest_in(team)
    suggest(team)
    take_and_ask_again(team)
    with receiving(port=port) as receiver:
        send_again_what_failed(team)
        until(lambda: bool(receiver.got), team.owner, "what failed was not sent again")
        approve_and_publish(team)
        override(team)
        until(lambda: types(receiver.got) >= EXPECTED_EVENTS, team.owner, "not all was delivered")
        for headers, body in receiver.got:
            Webhook(secret).verify(body, headers)
        record_property("webhook messages", len(receiver.got))
    entries = read_audit(team)
    read_without_scripts(team)
    record_property("people", 4)
    record_property("audit entries", entries)
    record_property("minutes", f"{(time.monotonic() - begin) / 60:.1f}")


def meet(forge: LiveForge, open_page: OpenPage, word: Path) -> StudioTeam:
    """The owner invites a developer, who makes a project, and a reviewer."""
    owner, developer = open_page(), open_page(microphone=word)
    reviewer, guest = open_page(microphone=word, viewport=SMALL_PHONE), open_page(viewport=SMALL_PHONE)
    sign_in(owner, forge.printed_link())
    link = owner.get_by_role("navigation", name="Breadcrumb").get_by_role("link").first
    owner.goto(f"{forge.address}{link.get_attribute('href')}")
    join(developer, invite(owner, "developer"), "Jo Okafor")
    join(reviewer, invite(owner, "reviewer"), "Ana Lind")
    developer.goto(forge.address)
    create(developer, "Spoken words")
    return StudioTeam(owner, developer, reviewer, guest, developer.url.removesuffix("/studio"))


def make_webhook(team: StudioTeam, port: int) -> str:
    """Makes a webhook to an address at which nobody answers yet, and returns its secret."""
    page = team.owner
    page.goto(f"{team.organisation}/-/settings/webhooks")
    page.get_by_label("Address").fill(f"http://127.0.0.1:{port}/hook")
    page.get_by_role("button", name="Create webhook").click()
    return page.get_by_label("The secret").input_value()


def give_samples(team: StudioTeam, word: Path, folder: Path) -> None:
    """The developer mixes two labels up, and imports recordings that will tell."""
    page = team.developer
    open_file(page, "labels.txt")
    replace_in_editor(page, "labels.txt", "up", "below")
    replace_in_editor(page, "labels.txt", "down", "up")
    replace_in_editor(page, "labels.txt", "below", "down")
    expect_running(page)
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_text("Samples of the project").click()
    preview.get_by_role("button", name="Import…").click()
    dialog = page.get_by_role("dialog", name="Import samples")
    (folder / "up").mkdir(parents=True)
    for parts in range(11, 11 + RECORDINGS):
        (folder / "up" / f"{parts}.wav").write_bytes(softer(word, parts))
    with page.expect_file_chooser() as choosing:
        dialog.get_by_role("button", name="Choose a folder…").click()
    choosing.value.set_files(folder)
    dialog.get_by_role("button", name="I agree, import 8 samples").click()
    expect(preview.get_by_role("listitem").filter(has_text="sound, by you").first).to_be_visible(timeout=PATIENCE)


def softer(word: Path, parts: int) -> bytes:
    """The recording at so many twentieths of its loudness."""
    with wave.open(str(word)) as reader:
        shape, frames = reader.getparams(), reader.readframes(reader.getnframes())
    quiet = array("h", (sample * parts // 20 for sample in array("h", frames)))
    buffer = BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setparams(shape)
        writer.writeframes(quiet.tobytes())
    return buffer.getvalue()


def ask(team: StudioTeam) -> None:
    """The developer builds and asks the reviewer, whose page counts it."""
    build(team.developer, team, 1, "0 of 8 test samples right")
    page = team.developer
    page.goto(f"{team.project}/builds/1")
    page.get_by_role("link", name="Ask for a review").click()
    page.locator("#field-title").fill("Hears commands")
    page.get_by_label("Message").fill("Say one of the words, close to the phone.")
    page.get_by_role("checkbox", name="Ana Lind").check()
    page.get_by_role("button", name="Ask for a review").click()
    expect(page.get_by_role("heading", name="Hears commands")).to_be_visible(timeout=PATIENCE)
    look_closely(page)


def get_a_wrong_result(team: StudioTeam) -> None:
    """Leads the reviewer from the notice to the microphone: the rune says the wrong word, with the answer in view
    above the verdict."""
    page = team.reviewer
    page.goto(team.organisation)
    page.get_by_role("link", name="Notices").click()
    page.get_by_role("button", name="Review: Hears commands").click()
    expect(page.get_by_role("heading", name="Hears commands")).to_be_visible(timeout=PATIENCE)
    listen(page, "down")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert is_above(page.locator("[data-answers]"), page.get_by_role("button", name="Approve"), page)
    page.get_by_role("button", name="This was wrong").click()
    form = page.get_by_role("form", name=re.compile("What is right"))
    form.get_by_label("The right answer").select_option("up")
    expect(form.get_by_text("can see and hear this recording")).to_be_visible(timeout=PATIENCE)
    look_closely(page)
    form.get_by_role("button", name="I agree, send it").click()
    wrong = team.developer.get_by_role("article", name="Thread: Wrong result")
    expect(wrong).to_contain_text("right is up", timeout=PATIENCE)


def comment_at_a_moment(team: StudioTeam) -> None:
    """Comments on the developer's recording, which can be played on the page."""
    page = team.reviewer
    page.reload()
    page.get_by_label("Play up").first.evaluate(HALFWAY)
    page.get_by_role("button", name="Comment at 0.5 s").click()
    page.locator("#field-text").fill("The word begins **here**.")
    page.get_by_role("button", name="Comment", exact=True).click()
    for each in (page, team.developer):
        moment = each.get_by_role("article", name="Thread: Sample up at 0.5 s")
        expect(moment).to_contain_text("The word begins here.", timeout=PATIENCE)


def let_a_guest_in(team: StudioTeam) -> None:
    """Lets a guest in by a link, without an account; messages of others come without loading the page again."""
    page = team.developer
    page.get_by_text("Invite a guest by a link").click()
    page.get_by_label("For whom").fill("Lena")
    page.get_by_role("button", name="Make a link").click()
    guest = team.guest
    guest.goto(page.get_by_label("The link for the guest").input_value())
    expect(guest.get_by_text("shown to Lena")).to_be_visible(timeout=PATIENCE)
    look_closely(guest)
    form = guest.locator("form").last
    form.get_by_label("Your name").fill("Lena Ray")
    form.get_by_label("Comment").fill("It hears down when I say up.")
    form.get_by_role("button", name="Comment").click()
    expect(guest.get_by_text("Lena Ray (guest)", exact=True)).to_be_visible(timeout=PATIENCE)
    reviewer = team.reviewer
    expect(reviewer.get_by_text("Lena Ray (guest)", exact=True)).to_be_visible(timeout=PATIENCE)
    guest.get_by_text("Reply", exact=True).first.click()
    reply = guest.get_by_label("Reply").first
    reply.fill("Half a sentence")
    reviewer.locator("#field-text").fill("I hear the same.")
    reviewer.get_by_role("button", name="Comment", exact=True).click()
    expect(guest.get_by_text("I hear the same.")).to_be_visible(timeout=PATIENCE)
    expect(reply).to_have_value("Half a sentence")


def suggest(team: StudioTeam) -> None:
    """The reviewer, who may not edit, tries other labels and sends them."""
    page = team.reviewer
    page.get_by_role("link", name="Suggest a change").click()
    labels = page.get_by_label("Labels")
    words = labels.input_value().replace("down", "x").replace("up", "down").replace("x", "up")
    labels.fill(words)
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="Your suggestion")).to_be_visible(timeout=PATIENCE)
    look_closely(page)
    page.get_by_label("Why").fill("They are mixed up.")
    page.get_by_role("button", name="Send the suggestion").click()
    expect(page.get_by_text("Ana Lind suggests")).to_be_visible(timeout=PATIENCE)


def take_and_ask_again(team: StudioTeam) -> None:
    """The developer takes it with one click, builds, and carries the review on: the evaluation is better."""
    page = team.developer
    page.goto(team.review)
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("link", name="Resolved 1")).to_be_visible(timeout=PATIENCE)
    page.goto(f"{team.project}/studio")
    expect_running(page)
    expect_saved(page)
    build(page, team, 2, "[89] of 9 test samples right")
    page.goto(f"{team.project}/builds/2/accuracy")
    expect(page.locator("#evaluation")).to_contain_text("Better")
    page.get_by_role("navigation", name="Build 2").get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="Ask for a review").click()
    page.get_by_label(re.compile("what was addressed")).fill("The labels are in order.")
    page.get_by_role("button", name="Start round 2").click()
    expect(page.get_by_text("Round 2", exact=True)).to_be_visible(timeout=PATIENCE)


def approve_and_publish(team: StudioTeam) -> None:
    """Publishing is refused until the reviewer has heard that it is right."""
    developer, reviewer = team.developer, team.reviewer
    publish(developer, team, 2, "1.0")
    expect(developer.get_by_role("alert")).to_contain_text("1.0 is protected. It has 0 of 1 approval")
    reviewer.goto(team.review)
    listen(reviewer, "up")
    reviewer.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert is_above(reviewer.locator("[data-answers]"), reviewer.get_by_role("button", name="Approve"), reviewer)
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_text("You approved it")).to_be_visible(timeout=PATIENCE)
    look_closely(reviewer)
    publish(developer, team, 2, "1.0")
    expect(developer.get_by_role("heading", name="1.0")).to_be_visible(timeout=PATIENCE)
    guest = team.guest
    guest.reload()
    expect(guest.get_by_text("Approved").first).to_be_visible(timeout=PATIENCE)


def send_again_what_failed(team: StudioTeam) -> None:
    """The owner sees that nobody took the messages, and has the oldest sent again."""
    page = team.owner
    page.goto(f"{team.organisation}/-/settings/webhooks")
    page.get_by_role("link", name="/hook").click()
    expect(page.get_by_text("next try").first).to_be_visible(timeout=PATIENCE)
    page.get_by_text(re.compile(r"^(build|review)\.")).last.click()
    expect(page.get_by_text("could not be sent").last).to_be_visible()
    look_closely(page)
    page.get_by_role("button", name=re.compile("Send again")).last.click()


def override(team: StudioTeam) -> None:
    """The next build is approved by nobody: the developer is refused, the owner publishes it with a reason."""
    developer, owner = team.developer, team.owner
    developer.goto(f"{team.project}/studio")
    expect_running(developer)
    open_file(developer, "labels.txt")
    replace_in_editor(developer, "labels.txt", "left", "to the left")
    expect_running(developer)
    expect_saved(developer)
    build(developer, team, 3, "[89] of 9 test samples right")
    publish(developer, team, 3, "1.1")
    expect(developer.get_by_role("alert")).to_contain_text("1.1 is protected.")
    expect(developer.get_by_text("although something is missing")).to_have_count(0)
    publish(owner, team, 3, "1.1")
    owner.get_by_text("Publish 1.1 although something is missing").click()
    owner.get_by_role("textbox", name="Reason").fill("The fair opens in an hour.")
    owner.get_by_role("button", name="Publish 1.1 past its gate").click()
    expect(owner.get_by_text("Published past its gate")).to_be_visible(timeout=PATIENCE)
    look_closely(owner)
    team.reviewer.goto(f"{team.project}/published")
    expect(team.reviewer.get_by_text("The fair opens in an hour.")).to_be_visible(timeout=PATIENCE)


def read_audit(team: StudioTeam) -> int:
    """The owner reads who did what; the number of entries on the first page."""
    page = team.owner
    page.goto(f"{team.organisation}/-/settings/audit")
    log = page.locator(".audit-entries")
    for words in ("The fair opens in an hour.", "1.0", "Jo Okafor", "Ana Lind", "Lena"):
        expect(log).to_contain_text(words)
    look_closely(page)
    return log.get_by_role("listitem").count()


def read_without_scripts(team: StudioTeam) -> None:
    """All that is to be read of the review is there without a script."""
    browser = team.reviewer.context.browser
    assert isinstance(browser, Browser)
    state = team.reviewer.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state, viewport=SMALL_PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(team.review)
    for heading in ("Hears commands", "Approvals", "Accuracy", "Conversation"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(page.get_by_role("paragraph").filter(has_text="I hear the same.")).to_be_visible()
    expect(page.get_by_text("The labels are in order.")).to_be_visible()
    context.close()


def listen(page: Page, word: str) -> None:
    """Starts the page's microphone, and waits until the rune says this word."""
    page.get_by_role("button", name="Start listening").first.click()
    expect(page.locator("[data-answers]")).to_contain_text(word, timeout=PATIENCE)
