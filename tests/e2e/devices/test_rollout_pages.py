"""The page of a rollout in its states, wide and on a phone, in light and dark, and decisions by keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import DESKTOP, PHONE, OpenPage
from tests.support.browsers.pictures import take_pictures
from tests.support.forge.seeded_rollouts import PAGE, PERSON
from tests.support.servers.live_forge import REPOSITORY, LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
DEVICES = 16
DEVICES_OF_STOPPED = 24


class SeededForge(LiveForge):
    """A server whose data folder has a rollout in some state before it starts."""

    def seed(self, state: str) -> None:
        """Makes the rollout."""
        self._lay_tables()
        devices = DEVICES_OF_STOPPED if state == "stopped" else DEVICES
        program = [sys.executable, "-m", "tests.support.forge.seeded_rollouts", state, str(devices)]
        answer = subprocess.run(
            program, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=300
        )
        assert answer.returncode == 0, answer.stderr[-4000:]


@pytest.fixture
def seeded(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SeededForge]:
    forge = SeededForge(tmp_path / "data")
    forge.seed(request.param)
    with forge:
        yield forge


def opened(page: Page, forge: LiveForge, path: str = PAGE) -> Page:
    page.goto(forge.link(PERSON))
    page.wait_for_url(lambda url: "token" not in url)
    page.goto(f"{forge.address}{path}")
    return page


def look(page: Page, name: str) -> None:
    """Asserts that nothing is wrong with the page in any look."""
    assert findings(page, LOOKS) == []
    take_pictures(page, name)
    page.set_viewport_size(DESKTOP)


@pytest.mark.parametrize("seeded", ["stopped"], indirect=True)
def test_one_that_stopped_by_itself_goes_back_in_two_taps(seeded: SeededForge, open_page: OpenPage) -> None:
    page = opened(open_page(), seeded)
    expect(page.get_by_text("Stopped by itself").first).to_be_visible()
    expect(page.get_by_text("“knock” is answered 2 times as often")).to_be_visible()
    expect(page.get_by_text("12 of 24 devices run 2.0; no other device gets it until someone decides.")).to_be_visible()
    expect(page.get_by_role("img", name="New release: ")).to_be_visible()
    look(page, "stopped")
    page.set_viewport_size(PHONE)
    summary = page.locator("summary", has_text="Go on, with a reason")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Reason").fill("Two boards stand beside a door.")
    # The page is read again by itself, and the text that somebody types stays.
    bar = page.locator("[data-rollout-part=bar]").element_handle()
    page.wait_for_function("(bar) => !bar.isConnected", arg=bar, timeout=60_000)
    expect(page.get_by_label("Reason")).to_have_value("Two boards stand beside a door.")
    button = page.get_by_role("button", name="Go back to 1.0")
    expect(button).to_be_in_viewport()
    button.click()
    page.get_by_role("button", name="Have devices go back to 1.0? Press again to confirm").click(delay=600)
    expect(page.get_by_role("heading", name="Going back to 1.0")).to_be_visible()


@pytest.mark.parametrize("seeded", ["running"], indirect=True)
def test_one_that_is_under_way_is_held_by_keys_and_shows_it_elsewhere(seeded: SeededForge, open_page: OpenPage) -> None:
    other = opened(open_page(), seeded)
    page = opened(open_page(), seeded)
    look(page, "running")
    expect(other.get_by_text("Under way", exact=True)).to_be_visible()
    page.get_by_role("button", name="Hold").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(other.get_by_role("button", name="Resume")).to_be_visible()
    expect(other.get_by_text("no other device gets it until someone resumes the rollout")).to_be_visible()


@pytest.mark.parametrize("seeded", ["going-back"], indirect=True)
def test_one_that_goes_back_shows_how_far_it_is(seeded: SeededForge, open_page: OpenPage) -> None:
    page = opened(open_page(), seeded)
    expect(page.get_by_role("img", name="1 of 8 devices are back on 1.0")).to_be_visible()
    look(page, "going-back")


@pytest.mark.parametrize("seeded", ["shadow"], indirect=True)
def test_a_shadow_shows_the_pairs_of_labels_that_differ(seeded: SeededForge, open_page: OpenPage) -> None:
    page = opened(open_page(), seeded)
    pairs = page.get_by_role("region", name="Disagreement in shadow")
    expect(pairs).to_contain_text("1.0 and 2.0 gave different labels to ")
    row = pairs.get_by_role("row").filter(has_text="knock").first
    expect(row).to_contain_text("12 of 12")
    look(page, "shadow")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("seeded", ["shadow-passed"], indirect=True)
def test_the_pairs_stay_after_the_shadow(seeded: SeededForge, open_page: OpenPage) -> None:
    page = opened(open_page(), seeded)
    stages = page.get_by_role("list", name="Stages")
    expect(stages).to_contain_text("12 devices, 8 hours")
    expect(page.get_by_role("region", name="Disagreement in shadow")).to_contain_text("of 12 devices")
    look(page, "shadow-passed")


@pytest.mark.parametrize("seeded", ["shadow-stopped"], indirect=True)
def test_one_that_stopped_names_the_batch_that_makes_it(seeded: SeededForge, open_page: OpenPage) -> None:
    page = opened(open_page(), seeded)
    why = page.get_by_role("region", name="Why it stopped")
    expect(why).to_contain_text("9 of 12 devices, with batch=B, make ")
    expect(why).to_contain_text("On the other 3 devices: ")
    look(page, "shadow-stopped")


@pytest.mark.parametrize("seeded", ["finished", "without-telemetry"], indirect=True)
def test_the_other_states_have_no_findings(seeded: SeededForge, open_page: OpenPage) -> None:
    page = opened(open_page(), seeded)
    is_finished = page.get_by_text("Finished", exact=True).count() > 0
    look(page, "finished" if is_finished else "without-telemetry")
    page.goto(f"{seeded.address}{PAGE.removesuffix('/rollouts/1')}")
    assert findings(page, LOOKS) == []


@pytest.mark.parametrize("seeded", ["none"], indirect=True)
def test_a_rollout_is_started_by_its_form(seeded: SeededForge, open_page: OpenPage) -> None:
    page = opened(open_page(), seeded, PAGE.removesuffix("/1"))
    look(page, "start")
    page.get_by_label("At most at a time").fill("9")
    page.get_by_role("button", name="Quick").click()
    expect(page.get_by_label("At most at a time")).to_have_value("9")
    stage = page.get_by_role("group", name="Stage 1").get_by_label("Devices")
    expect(stage).to_have_value("10 %")
    stage.fill("3")
    stage.press("Enter")
    expect(page.get_by_role("heading", name="What this rollout would do")).to_be_visible()
    expect(page.get_by_text("16 of 16 devices are online")).to_be_visible()
    expect(stage).to_have_value("3")
    look(page, "forecast")
    page.get_by_role("button", name="Start the rollout of 2.0 to 16 devices").click()
    page.get_by_role("button", name="Start it for 16 devices of Berlin? Press again to confirm").click(delay=600)
    expect(page.get_by_role("heading", name="Rollout of 2.0 to Berlin")).to_be_visible()
