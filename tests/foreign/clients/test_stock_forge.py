"""The published npm package @hotg-ai/forge 0.11.21 loads runes from this server: in Node, and in a page of another
site. Its apps change the base address, the key and the deployment's number."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.foreign.conftest import PullableRune
from tests.support.servers.listening import file_server
from tests.support.servers.live_server import LiveServer
from tools.browser import chromium

pytestmark = pytest.mark.foreign

REPOSITORY = Path(__file__).parents[3]
MODULES = REPOSITORY / "frontend/node_modules"
FOLDER = Path(__file__).with_name("stock_forge")
BACKENDS = ("forge", "enterprise")


@dataclass(frozen=True)
class StockDeployment:
    """A deployment of the live server, with a key."""

    live: LiveServer
    address: str
    number: int
    secret: str

    def parameters(self, backend: str = "forge", **more: Any) -> dict[str, Any]:
        """The parameters that an app passes to the package."""
        base = {"apiKey": self.secret, "deploymentId": self.number, "baseURL": self.live.address, "backend": backend}
        return {"telemetry": None} | base | more

    def change(self, **settings: Any) -> None:
        state = self.live.http.get(f"/api/v1/{self.address}").headers["ETag"]
        self.live.api("PATCH", self.address, headers={"If-Match": state}, json=settings)

    def reports(self) -> str:
        """The part of the deployment's page that shows what apps reported."""
        page = self.live.http.get(f"/{self.address.removeprefix('projects/')}").text
        return page.partition("Reports of apps")[2].partition("</section>")[0]

    def counted_reports(self) -> str:
        """The same once it has counts; "" before."""
        text = self.reports()
        return text if "forge/fetch" in text else ""


@pytest.fixture(scope="module")
def deployment(live: LiveServer, release: PullableRune) -> StockDeployment:
    address = f"projects/{release.repository}/deployments"
    body = {"title": "Website", "kind": "web", "tag": release.tag}
    row = live.api("POST", address, json=body)
    secret = live.api("POST", f"{address}/{row['name']}/keys", json={"name": "site"})["secret"]
    return StockDeployment(live, f"{address}/{row['name']}", row["short_id"], secret)


def in_node(parameters: dict[str, Any], *numbers: float) -> Any:
    node = shutil.which("node")
    assert node is not None, "Node is needed: it came with the front end's build"
    command = [node, str(FOLDER / "node.cjs"), str(MODULES), json.dumps(parameters), *map(str, numbers)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


# -- in Node


@pytest.mark.parametrize(("wrong", "status"), [({"apiKey": "hf_web_wrong"}, 403), ({"deploymentId": 1}, 403)])
def test_the_package_says_which_status_refused_it(
    deployment: StockDeployment, wrong: dict[str, Any], status: int
) -> None:
    assert f"failed with {status}" in in_node(deployment.parameters(**wrong), 0.8)["error"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_package_loads_and_runs_a_rune_in_node(deployment: StockDeployment, backend: str) -> None:
    assert json.loads((MODULES / "@hotg-ai/forge/package.json").read_text("utf-8"))["version"] == "0.11.21"
    results = in_node(deployment.parameters(backend), 0.8, 2.0)["results"]
    assert [each[0][0] for each in results] == [pytest.approx(math.sin(x), abs=0.05) for x in (0.8, 2.0)]


# -- in a page of another site


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, deployment: StockDeployment) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("site")
    command = ["node", str(FOLDER / "bundle.mjs"), str(MODULES), str(FOLDER / "page.js"), str(folder)]
    subprocess.run(command, check=True, timeout=120)
    html = '<!doctype html><meta charset="utf-8"><div id="root"></div><script src="page.js"></script>'
    (folder / "index.html").write_text(html, "utf-8")
    assert chromium() is not None, "Chromium is needed"
    with file_server(folder) as origin, sync_playwright() as playwright:
        deployment.change(origins=[origin])
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        new_page = browser.new_page()
        new_page.goto(f"{origin}/index.html")
        new_page.wait_for_function("window.ready")
        yield new_page
        browser.close()


PREDICT = "([parameters, number]) => window.predict(parameters, number).catch((error) => error.message)"


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_package_runs_a_rune_in_a_page_of_another_site(
    deployment: StockDeployment, page: Page, backend: str
) -> None:
    answer = page.evaluate(PREDICT, [deployment.parameters(backend), 0.8])
    assert answer == [[pytest.approx(math.sin(0.8), abs=0.05)]]


@pytest.mark.slow
def test_its_hook_runs_a_rune_in_react(deployment: StockDeployment, page: Page) -> None:
    page.evaluate("([parameters, number]) => window.show(parameters, number)", [deployment.parameters(), 0.8])
    answer = page.locator("#answer").text_content()
    assert float(answer or "nan") == pytest.approx(math.sin(0.8), abs=0.05)


@pytest.mark.slow
def test_its_reports_are_answered_and_counted_where_that_is_on(deployment: StockDeployment, page: Page) -> None:
    telemetry = {"baseURL": deployment.live.address, "interval": 50}

    def report() -> None:
        with page.expect_response(lambda answer: answer.url.endswith("/forge/telemetry")) as answer:
            page.evaluate(PREDICT, [deployment.parameters(telemetry=telemetry), 0.8])
        body = json.loads(answer.value.request.post_data or "{}")
        assert answer.value.status == 200
        assert {"deviceId", "metrics"} <= set(body), "the package says which device it is"

    report()
    assert deployment.reports() == ""
    deployment.change(telemetry=True)
    report()
    text = deployment.live.until(deployment.counted_reports)
    assert "Chrome" in text


@pytest.mark.slow
def test_a_page_of_an_origin_that_is_not_named_gets_nothing(deployment: StockDeployment, page: Page) -> None:
    own = page.evaluate("location.origin")
    deployment.change(origins=["https://acme.example"])
    try:
        assert page.evaluate(PREDICT, [deployment.parameters(), 0.8]) == "Failed to fetch"
    finally:
        deployment.change(origins=[own])
