"""A page of another site whose person is offered to send odd sounds: what the browser sends, what is pending at the
server, and what is left once it is taken back."""

# ruff: noqa: F811  the arguments are fixtures

from __future__ import annotations

import wave
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from benchmarks.compiler.counting import FEATURE, projects
from benchmarks.figure import ROOT
from tests.foreign.clients.test_page_counts import (  # noqa: F401  fixtures
    GPC,
    NO_STORAGE,
    CountedDeployment,
    Visit,
    browser,
    counted_deployment,
    site,
)
from tests.foreign.clients.test_rune_package import package  # noqa: F401  a fixture
from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import PHONE
from tests.support.compiler.programs.c_projects import input_types
from tests.support.patience import PATIENCE
from tests.support.servers.listening import PolicedSite
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

SPEECH = ROOT / "examples" / "keywords" / "no-up-yes.wav"
OFFER = "May this page send sounds?"
PLAYS = """() => {
  window.plays = 0;
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...all) { window.plays += 1; return start.apply(this, all); };
}"""


@pytest.fixture(scope="module")
def deployment(live: LiveServer, site: PolicedSite) -> CountedDeployment:
    files = projects("keywords")[FEATURE]
    (sound,) = input_types(files)
    with wave.open(str(SPEECH)) as recording:
        data = recording.readframes(recording.getnframes())
    size = sound.size
    frames = [[data[at : at + size]] for at in range(0, len(data) - size + 1, size)]
    return counted_deployment(live, site, "listening", files, frames)


def new_request(deployment: CountedDeployment, **wanted: Any) -> dict[str, Any]:
    """Asks people on the pages for what the rune calls no, or for what `wanted` says."""
    row: dict[str, Any] = deployment.live.api(
        "POST", f"{deployment.path}/telemetry/requests", json=wanted or {"label": "no", "for_readers": True}
    )
    return row


def request_now(deployment: CountedDeployment, row: dict[str, Any]) -> dict[str, Any]:
    rows = deployment.live.api("GET", f"{deployment.path}/telemetry/requests")["requests"]
    return next(each for each in rows if each["id"] == row["id"])


@pytest.fixture
def request_row(deployment: CountedDeployment) -> Iterator[dict[str, Any]]:
    """A request that is open while a test runs."""
    deployment.set_telemetry(is_on=True)
    row = new_request(deployment)
    yield row
    deployment.live.api("DELETE", f"{deployment.path}/telemetry/requests/{row['id']}")


class Hearing(Visit):
    """A person on a page whose rune hears."""

    def _note(self, request: Any) -> None:
        if request.url.startswith(self.deployment.live.address) and "/samples" in request.url:
            self.requests.append(request)

    @property
    def sent(self) -> list[str]:
        """The messages about samples that left the page."""
        return [each.post_data or "" for each in self.requests if each.method == "POST"]

    def hear(self, attributes: str = "") -> None:
        """Opens the page, says yes to counts, and has the rune hear the speech once the request is here."""
        self.page.add_init_script(f"({PLAYS})()")
        with self.page.expect_response(lambda answer: "/samples?rune=" in answer.url):
            self.open(attributes)
            if not attributes:
                self.question_region()
                self.player.get_by_role("button", name="Yes", exact=True).click()
        self.run()

    def offer(self) -> Locator:
        expect(self.player.get_by_text(OFFER)).to_be_visible(timeout=1000 * PATIENCE)
        return self.player.get_by_role("group", name="Samples")


@pytest.fixture
def visit(browser: Browser, deployment: CountedDeployment, site: PolicedSite) -> Iterator[Hearing]:
    deployment.set_telemetry(is_on=True)
    context = browser.new_context()
    yield Hearing(deployment, site, context)
    context.close()


@pytest.mark.protects("delivery/unwanted-page-samples", "delivery/page-samples-taken-back")
def test_an_odd_sound_is_offered_heard_sent_and_taken_back(
    visit: Hearing, deployment: CountedDeployment, request_row: dict[str, Any]
) -> None:
    visit.hear()
    offer = visit.offer()
    assert 'asks for sounds that 1.0 calls "no"' in offer.inner_text()
    assert "They are shown to everyone who sees what" in offer.inner_text()
    assert visit.sent == [], "nothing leaves before Send"
    send = offer.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_disabled()
    offer.get_by_role("button", name="Play Sound 1").click()
    assert visit.page.evaluate("window.plays") == 1
    offer.get_by_role("checkbox", name="Sound 1").check()
    offer.get_by_role("checkbox", name="They are shown").uncheck()
    offer.get_by_role("checkbox", name="Models of").uncheck()
    assert "They are not shown to everyone" in offer.inner_text()
    send.click()
    expect(visit.player.get_by_text("Sent: 1 sound.")).to_be_visible(timeout=1000 * PATIENCE)
    assert len(visit.sent) == 1
    assert not {"cookie", "x-api-key", "referer"} & set(visit.requests[-1].all_headers())
    now = request_now(deployment, request_row)
    assert (now["answers"]["waiting"], now["pages"]) == (1, {"sent": 1, "withdrawals": 0})
    waiting = deployment.live.http.get(f"/{deployment.path.split('/')[1]}/listening/data/waiting").text
    assert "Page 1" in waiting
    # Also in a later visit, after the request ended and telemetry was turned off.
    deployment.set_telemetry(is_on=False)
    visit.open()
    visit.player.get_by_role("button", name="Take back what I sent").click(timeout=1000 * PATIENCE)
    expect(visit.player.get_by_text("All that was sent from here is deleted.")).to_be_visible(timeout=1000 * PATIENCE)
    now = request_now(deployment, request_row)
    assert (now["answers"]["sent"], now["pages"]) == (0, {"sent": 0, "withdrawals": 1})


@pytest.mark.protects("delivery/unwanted-page-samples")
def test_a_person_who_refuses_sends_nothing_and_is_not_asked_again(
    visit: Hearing, deployment: CountedDeployment, request_row: dict[str, Any]
) -> None:
    visit.hear()
    visit.offer().get_by_role("button", name="No", exact=True).click()
    expect(visit.player.get_by_text(OFFER)).to_have_count(0)
    with visit.page.expect_response(lambda answer: "/samples?rune=" in answer.url):
        visit.open()
    visit.run()
    expect(visit.player.get_by_text(OFFER)).to_have_count(0)
    assert visit.sent == []
    assert request_now(deployment, request_row)["pages"] == {"sent": 0, "withdrawals": 0}


@pytest.mark.protects("delivery/unwanted-page-samples")
@pytest.mark.parametrize("script", [GPC, NO_STORAGE])
def test_nobody_is_asked_who_refuses_or_could_not_take_back(
    visit: Hearing, request_row: dict[str, Any], script: str
) -> None:
    visit.page.add_init_script(script)
    visit.open('telemetry="granted"')
    visit.run()
    assert visit.player.get_by_text(OFFER).count() == 0
    assert visit.requests == []


@pytest.mark.protects("delivery/unwanted-page-samples")
def test_a_no_to_counts_drops_the_sounds(visit: Hearing, request_row: dict[str, Any]) -> None:
    visit.hear()
    visit.offer()
    visit.player.get_by_role("button", name="Change").click()
    visit.player.get_by_role("group", name="Counts of answers").get_by_role("button", name="No", exact=True).click()
    expect(visit.player.get_by_text(OFFER)).to_have_count(0)
    assert visit.sent == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "phone"])
def test_the_offer_is_readable(
    browser: Browser,
    deployment: CountedDeployment,
    site: PolicedSite,
    request_row: dict[str, Any],
    scheme: Any,
    width: str,
) -> None:
    viewport = PHONE if width == "phone" else {"width": 1440, "height": 900}
    context = browser.new_context(color_scheme=scheme, viewport=viewport, has_touch=width == "phone")
    visit = Hearing(deployment, site, context)
    visit.hear()
    visit.offer()
    assert findings(visit.page) == []
    context.close()
