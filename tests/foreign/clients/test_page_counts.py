"""A page of another site whose person is asked whether counts may be sent: what the browser sends after each answer,
and that the server then has what the rune counted."""

# ruff: noqa: F811  the arguments are fixtures

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

from benchmarks.compiler.counting import FEATURE, projects
from forge.telemetry.app_reports.documents import PageDocument
from rune.project.files import MemoryFiles
from rune.running.container import read_watch
from rune.running.runtime import Runtime
from rune.watch.counts import Counts
from rune.watch.encoding import decode
from rune.watch.layout import WatchLayout
from tests.foreign.clients.test_rune_package import SDK, package  # noqa: F401  a fixture
from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import PHONE, launch
from tests.support.compiler.counted import counts_of_rune
from tests.support.compiler.programs.c_projects import input_types, random_inputs
from tests.support.patience import PATIENCE
from tests.support.servers.listening import PolicedSite, policed_site
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

QUESTION = "May this page send counts?"
RUN = """async ([inputs]) => {
  const { rune } = document.querySelector("rune-player");
  for (const input of inputs) await rune.run(Uint8Array.from(atob(input), (byte) => byte.charCodeAt(0)));
}"""
HIDE = "() => dispatchEvent(new PageTransitionEvent('pagehide'))"
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })"
NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get: () => { throw new Error('denied'); } })"


@dataclass(frozen=True)
class CountedDeployment:
    """A deployment for websites of a rune that counts, and inputs of it."""

    live: LiveServer
    path: str
    """The path of the deployment in the API."""
    url: str
    key: str
    rune: bytes
    layout: WatchLayout
    frames: Sequence[Sequence[bytes]]

    def set_telemetry(self, *, is_on: bool) -> None:
        """Turns telemetry on or off."""
        self.live.api("PUT" if is_on else "DELETE", f"{self.path}/telemetry")

    def days(self) -> Any:
        """Returns the counts of pages, by the API."""
        return self.live.api("GET", f"{self.path}/telemetry/pages")["days"]

    def reports(self) -> int:
        """Documents that are counted so far."""
        return sum(day["reports"] for day in self.days())

    @property
    def counts(self) -> Counts:
        """The counts of the rune on the frames, by another runtime."""
        return counts_of_rune(Runtime.load(self.rune), self.frames)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, package: Path) -> Iterator[PolicedSite]:
    """A site of another origin."""
    with policed_site(tmp_path_factory.mktemp("site")) as other_site:
        (other_site.folder / "favicon.ico").touch()
        (other_site.folder / "rune").symlink_to(package / "@hammer-forge/rune")
        yield other_site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        new_browser = launch(playwright)
        yield new_browser
        new_browser.close()


@pytest.fixture(scope="module")
def deployment(live: LiveServer, site: PolicedSite) -> CountedDeployment:
    files = projects("picture")[FEATURE]
    return counted_deployment(live, site, "counted", files, random_inputs(input_types(files), 12))


def counted_deployment(
    live: LiveServer, site: PolicedSite, name: str, files: MemoryFiles, frames: Sequence[Sequence[bytes]]
) -> CountedDeployment:
    """Builds a rune that counts, and deploys it to a website in a new project of this name."""
    full_name = f"{live.organisation()}/{name}"
    live.api("POST", "projects", json={"organisation": live.organisation(), "name": name})
    for path in files.paths():
        live.api("PUT", f"projects/{full_name}/files/{path}", content=files.read(path))
    build = live.build(full_name)
    assert build["state"] == "succeeded", build
    live.publish(full_name, build["id"], "1.0")
    address = f"projects/{full_name}/deployments"
    fields = {"title": "Site", "kind": "web", "tag": "1.0", "origins": [site.address]}
    row = live.api("POST", address, json=fields)
    key = live.api("POST", f"{address}/{row['name']}/keys", json={"name": "site"})["secret"]
    rune = live.http.get(build["rune_url"]).content
    record = read_watch(rune)
    assert record is not None
    return CountedDeployment(live, f"{address}/{row['name']}", row["url"], key, rune, record.layout, frames)


@dataclass
class Visit:
    """A person on a page of the site."""

    deployment: CountedDeployment
    site: PolicedSite
    context: BrowserContext
    page: Page = field(init=False)
    requests: list[Request] = field(default_factory=list)
    """All that the page asked about counts."""

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.url.endswith("/telemetry"):
            self.requests.append(request)

    @property
    def documents(self) -> list[bytes]:
        """The documents that the page sent."""
        return [each.post_data_buffer or b"" for each in self.requests if each.method == "POST"]

    @property
    def player(self) -> Locator:
        return self.page.locator("rune-player")

    def open(self, attributes: str = "") -> None:
        """Opens the page with the element, and waits for its rune."""
        about = self.deployment.live.http.get("/d/rune-player").json()
        script = f'<script type="module" src="{about["url"]}" integrity="{about["integrity"]}" crossorigin></script>'
        player = f'<rune-player src="{self.deployment.url}" key="{self.deployment.key}" {attributes}></rune-player>'
        head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        body = (
            f'<title>Shop</title><meta name="viewport" content="width=device-width"><main><h1>Shop</h1>{player}</main>'
        )
        (self.site.folder / "index.html").write_text(f"{head}{script}{body}", "utf-8")
        self.page.goto(f"{self.site.address}/index.html")
        self.page.wait_for_function("document.querySelector('rune-player')?.rune != null", timeout=1000 * PATIENCE)

    def question_region(self) -> Locator:
        """Waits for the question."""
        question = self.player.get_by_text(QUESTION)
        expect(question).to_be_visible(timeout=1000 * PATIENCE)
        return question

    def run(self) -> None:
        """Runs the rune on all frames."""
        inputs = [base64.b64encode(data).decode() for frame in self.deployment.frames for data in frame]
        self.page.evaluate(RUN, [inputs])

    def hide(self) -> None:
        """Tells the page that it is hidden, as a browser does when its person turns away. What a page sends then is
        seen here; what it sends while it is left, by the server alone."""
        self.page.evaluate(HIDE)

    def leave(self) -> None:
        """Leaves the page, as for another site."""
        self.hide()
        self.page.goto("about:blank")


@pytest.fixture
def visit(browser: Browser, deployment: CountedDeployment, site: PolicedSite) -> Iterator[Visit]:
    deployment.set_telemetry(is_on=True)
    context = browser.new_context()
    yield Visit(deployment, site, context)
    context.close()


@pytest.mark.protects("delivery/unwanted-page-counts")
def test_while_telemetry_is_off_nobody_is_asked_and_nothing_is_sent(visit: Visit) -> None:
    visit.deployment.set_telemetry(is_on=False)
    with visit.page.expect_response(
        lambda answer: answer.url.endswith("/telemetry") and answer.request.method == "GET"
    ):
        visit.open()
    visit.run()
    assert visit.player.get_by_text(QUESTION).count() == 0
    visit.leave()
    assert [(each.method, each.post_data) for each in visit.requests if each.method != "OPTIONS"] == [("GET", None)]


@pytest.mark.protects("delivery/unwanted-page-counts")
def test_a_person_who_refuses_sends_nothing_and_is_not_asked_again(visit: Visit) -> None:
    before = visit.deployment.reports()
    visit.open()
    visit.question_region()
    # The rune runs beside the question.
    visit.run()
    visit.player.get_by_role("button", name="No", exact=True).click()
    expect(visit.player.get_by_text("Counts are not sent.")).to_be_visible()
    visit.run()
    visit.open()
    expect(visit.player.get_by_text("Counts are not sent.")).to_be_visible(timeout=1000 * PATIENCE)
    assert visit.player.get_by_text(QUESTION).count() == 0
    visit.run()
    visit.leave()
    assert visit.documents == []
    assert visit.deployment.reports() == before


def test_after_a_yes_the_server_has_what_the_rune_counted(visit: Visit) -> None:
    deployment = visit.deployment
    before = deployment.reports()
    visit.open()
    visit.question_region()
    visit.run()
    visit.player.get_by_role("button", name="Yes", exact=True).focus()
    visit.page.keyboard.press("Enter")
    expect(visit.player.get_by_text("Counts are sent.")).to_be_visible()
    expect(visit.player.get_by_role("button", name="Change")).to_be_focused()
    visit.run()
    assert visit.documents == [], "nothing is sent while the page is shown, within the hour"
    with visit.page.expect_response(lambda answer: answer.request.method == "POST") as taking:
        visit.hide()
    assert taking.value.status == 204
    request = taking.value.request
    assert deployment.key not in request.url
    assert not {"x-api-key", "cookie", "referer", "content-type"} & set(request.all_headers())
    (data,) = visit.documents
    # Counts from before the yes are not in it. The browser may run the rune's second module, whose scores differ in
    # the last places, so that confidence is compared by its sum.
    counts, expected = decode(PageDocument.read(data).counts, deployment.layout), deployment.counts
    assert (counts.labels, counts.features) == (expected.labels, expected.features)
    assert counts.answers == sum(counts.confidence) == sum(expected.labels) == len(deployment.frames)
    # A page that is left sends too.
    visit.run()
    visit.page.goto("about:blank")
    deployment.live.until(lambda: deployment.reports() == before + 2, PATIENCE)
    (day,) = deployment.days()
    labels = deployment.layout.labels
    assert labels is not None
    both = counts + counts
    assert day["counts"]["labels"] == dict(zip(labels.names, both.labels, strict=True))
    assert day["counts"]["confidence"] == list(both.confidence)
    assert day["counts"]["features"][0]["counts"] == list(both.features[0])


def test_an_answer_can_be_changed_and_holds_at_once(visit: Visit) -> None:
    visit.open()
    visit.question_region()
    visit.player.get_by_role("button", name="Yes", exact=True).click()
    visit.run()
    visit.player.get_by_role("button", name="Change").click()
    expect(visit.player.get_by_role("link", name="Each byte that is sent")).to_be_visible()
    visit.player.get_by_role("button", name="No", exact=True).click()
    visit.run()
    visit.leave()
    assert visit.documents == []


def test_a_page_that_learns_that_telemetry_is_off_stops(visit: Visit) -> None:
    visit.open()
    visit.question_region()
    visit.player.get_by_role("button", name="Yes", exact=True).click()
    visit.run()
    visit.deployment.set_telemetry(is_on=False)
    with visit.page.expect_response(lambda answer: answer.request.method == "POST") as refusal:
        visit.hide()
    assert refusal.value.status == 403
    expect(visit.player.get_by_text("Counts are sent.")).to_be_hidden()
    visit.run()
    visit.leave()
    assert len(visit.documents) == 1


@pytest.mark.protects("delivery/unwanted-page-counts")
@pytest.mark.parametrize("attributes", ['telemetry="refused"', 'telemetry="yes please"'])
def test_an_app_may_refuse_for_its_person(visit: Visit, attributes: str) -> None:
    visit.open(attributes)
    visit.run()
    visit.leave()
    assert visit.requests == []


@pytest.mark.protects("delivery/unwanted-page-counts")
def test_a_browser_that_asks_not_to_track_is_a_no(visit: Visit) -> None:
    visit.page.add_init_script(GPC)
    visit.open('telemetry="granted"')
    visit.run()
    visit.leave()
    assert visit.requests == []


def test_where_nothing_can_be_stored_a_page_asks_each_time(visit: Visit) -> None:
    visit.page.add_init_script(NO_STORAGE)
    for _ in range(2):
        visit.open()
        visit.question_region()
        visit.player.get_by_role("button", name="No", exact=True).click()
        expect(visit.player.get_by_text("Counts are not sent.")).to_be_visible()
    visit.leave()
    assert visit.documents == []


def test_a_script_of_an_app_asks_in_the_corner_under_a_strict_policy(visit: Visit) -> None:
    site, deployment = visit.site, visit.deployment
    options = json.dumps([deployment.url, {"key": deployment.key}])
    (site.folder / "app.js").write_text(
        f'import {{ load }} from "./rune/index.js";\nconst [url, options] = {options};\n'
        "const runes = await Promise.all([load(url, options), load(url, options)]);\n"
        "window.close = () => runes.forEach((rune) => rune.close());\n",
        "utf-8",
    )
    (site.folder / "app.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title><h1>App</h1>'
        '<script type="module" src="app.js"></script>',
        "utf-8",
    )
    violations: list[str] = []
    visit.page.on("console", lambda message: violations.append(message.text))
    site.policy = (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
        f"connect-src {deployment.live.address}"
    )
    try:
        visit.page.goto(f"{site.address}/app.html")
        expect(visit.page.get_by_text(QUESTION)).to_be_visible(timeout=1000 * PATIENCE)
        assert visit.page.get_by_text(QUESTION).count() == 1, "a page that loads it twice asks once"
        visit.page.get_by_role("button", name="Yes", exact=True).click()
        expect(visit.page.get_by_text("Counts are sent.")).to_be_visible()
        visit.page.evaluate("window.close()")
        expect(visit.page.get_by_text("Counts are sent.")).to_have_count(0)
        assert violations == []
    finally:
        site.policy = ""


def test_the_page_on_which_a_deployment_is_tried_asks_too(visit: Visit) -> None:
    visit.page.goto(f"{visit.deployment.url}/try#key={visit.deployment.key}")
    visit.question_region()
    visit.player.get_by_role("button", name="Yes", exact=True).click()
    visit.run()
    with visit.page.expect_response(lambda answer: answer.request.method == "POST") as taking:
        visit.hide()
    assert taking.value.status == 204


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "phone"])
def test_the_question_is_readable_and_its_bytes_are_listed(
    browser: Browser, deployment: CountedDeployment, site: PolicedSite, scheme: Any, width: str
) -> None:
    deployment.set_telemetry(is_on=True)
    viewport = PHONE if width == "phone" else {"width": 1440, "height": 900}
    context = browser.new_context(color_scheme=scheme, viewport=viewport, has_touch=width == "phone")
    visit = Visit(deployment, site, context)
    visit.open()
    visit.question_region()
    assert findings(visit.page) == []
    with context.expect_page() as new_page:
        visit.player.get_by_role("link", name="Each byte that is sent").click()
    about = new_page.value
    expect(about.get_by_role("heading", name="What pages with Site send")).to_be_visible()
    expect(about.get_by_text("one document of 166 bytes")).to_be_visible()
    assert findings(about) == []
    visit.player.get_by_role("button", name="No", exact=True).click()
    assert findings(visit.page) == []
    context.close()
