"""Measures how soon `<rune-player>` in a page of another site answers first, with an empty cache, over a slow line."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.chromium import start
from benchmarks.figure import MEGABYTE, Spread, table
from tests.support.servers.listening import QuietFiles, file_server
from tests.support.servers.live_server import LiveServer

RUNS = 7
MEGABITS, AWAY = 10, 40
"""Megabits a second in each direction, and milliseconds until an answer begins to come."""
AIM = 1.0
"""Seconds."""
_PAGE = """<!doctype html><meta charset="utf-8"><title>Elsewhere</title>
<script>
  document.addEventListener("rune-loaded", (event) => {
    window.loadTime = performance.now();
    event.target.run(new Uint8Array(28 * 28)).catch((error) => (window.failure = String(error)));
  });
  document.addEventListener("rune-result", () => (window.answerTime = performance.now()));
  document.addEventListener("rune-error", (event) => (window.failure = String(event.detail)));
</script>
<body>"""


def measure() -> str:
    """Seconds from the address to the script, the rune and the answer."""
    with tempfile.TemporaryDirectory() as folder, LiveServer(Path(folder) / "data") as live, sync_playwright() as p:
        site = Path(folder) / "site"
        site.mkdir()
        with file_server(site, QuietFiles) as origin:
            (site / "index.html").write_text(_PAGE + _lines(live, origin), "utf-8")
            browser = start(p)
            loads = [_first_answer(browser, f"{origin}/index.html") for _ in range(RUNS + 1)][1:]
            browser.close()
    load_times = Spread(tuple(each["load"] / 1000 for each in loads))
    answer_times = Spread(tuple(each["answer"] / 1000 for each in loads))
    rows = [
        ("the rune is loaded, median", f"{load_times.median:.2f} s", ""),
        ("the first answer, median", f"{answer_times.median:.2f} s", f"{AIM:g} s"),
        ("the slowest of them", f"{max(answer_times.values):.2f} s", ""),
        ("received", f"{max(each['bytes'] for each in loads) / 1000:.0f} kB", ""),
    ]
    return (
        f"The template Digits in a page of another site, with an empty cache, in a new browser context each time; "
        f"{RUNS} loads after a first one. Chromium holds the page to {MEGABITS} Mbit/s and lets each answer begin "
        f"{AWAY} ms after its request; it adds nothing for opening a connection, and the server is on the same machine."
        f"\n\n{table(['', 'measured', 'at most'], rows)}"
    )


def _lines(live: LiveServer, origin: str) -> str:
    """The lines of HTML of a new deployment of Digits, as its page shows them."""
    organisation = live.organisation()
    live.api("POST", "projects", json={"organisation": organisation, "name": "digits", "template": "digits"})
    project = f"{organisation}/digits"
    live.publish(project, live.build(project)["id"], "1.0")
    new = {"title": "Site", "kind": "web", "tag": "1.0", "origins": [origin]}
    row = live.api("POST", f"projects/{project}/deployments", json=new)
    key = live.api("POST", f"projects/{project}/deployments/{row['name']}/keys", json={"name": "site"})["secret"]
    player = live.http.get("/d/rune-player").raise_for_status().json()
    script = f'<script type="module" src="{player["url"]}" integrity="{player["integrity"]}" crossorigin></script>'
    return f'{script}<rune-player src="{row["url"]}" key="{key}"></rune-player>'


def _first_answer(browser: Browser, address: str) -> dict[str, float]:
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    received_bytes = 0.0

    def count(event: dict[str, float]) -> None:
        nonlocal received_bytes
        received_bytes += event["encodedDataLength"]

    session.on("Network.loadingFinished", count)
    session.send("Network.enable")
    rate = MEGABITS * MEGABYTE / 8
    line = {"offline": False, "latency": AWAY, "downloadThroughput": rate, "uploadThroughput": rate}
    session.send("Network.emulateNetworkConditions", line)
    page.goto(address)
    page.wait_for_function("window.answerTime !== undefined || window.failure !== undefined", timeout=30_000)
    failure = page.evaluate("window.failure")
    if failure:
        raise RuntimeError(failure)
    figures: dict[str, float] = page.evaluate("({ load: window.loadTime, answer: window.answerTime })")
    context.close()
    return figures | {"bytes": received_bytes}


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
