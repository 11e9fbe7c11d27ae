"""A public rune on somebody else's page: the element, and the script that gives it numbers; nothing of either is shown
to the other, and what the rune's page says of how to use it runs as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.e2e.test_sharing import open_page
from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, publish, sign_in
from tests.support.servers.listening import QuietHandler, listening
from tests.support.servers.live_forge import LiveForge

__all__ = ["open_page"]  # a fixture: one refusal is what this is about

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


@contextmanager
def elsewhere(page: str) -> Iterator[str]:
    """A site of another origin, and of another site: `localhost` and not 127.0.0.1."""

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            is_page = self.path == "/"
            content_type = {"Content-Type": "text/html; charset=utf-8"}
            self.respond(200 if is_page else 204, page.encode() if is_page else b"", content_type)

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://localhost:{server.server_port}/"


@pytest.mark.protects("browser/framed-pages")
def test_a_rune_runs_on_a_page_of_another_origin_as_its_page_says(forge: LiveForge, open_page: OpenPage) -> None:
    owner, visitor, foreign = open_page(), open_page(), open_page()
    sign_in(owner, forge.printed_link())
    create(owner, "The sine of a number")
    project = owner.url.removesuffix("/studio")
    publish(owner, project)
    owner.goto(f"{project}/settings")
    owner.get_by_role("radio", name="Public").check()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Saved.")).to_be_visible()

    visitor.goto(project)
    assert findings(visitor) == []
    html, javascript = (visitor.locator(f".way-{key} pre").inner_text() for key in ("html", "javascript"))
    script = javascript.replace("console.log(results", "document.title = JSON.stringify(results")
    page = f"<!doctype html><title>waiting</title><h1>Theirs</h1>{html}<script type=module>{script}</script>"
    with elsewhere(page) as address:
        foreign.goto(address)
        player = foreign.locator("rune-player iframe")
        expect(player).to_be_visible()
        inner = foreign.frame_locator("rune-player iframe")
        expect(inner.get_by_role("region", name="The rune, running")).to_be_visible(timeout=PATIENCE)
        # The sine of nought, from the script of the page; the element's frame has grown to what is in it.
        foreign.wait_for_function("document.title !== 'waiting'", timeout=PATIENCE)
        assert abs(float(foreign.title().strip('[]"'))) < 0.1
        foreign.wait_for_function("document.querySelector('iframe').clientHeight !== 420", timeout=PATIENCE)
        assert foreign.evaluate("document.querySelector('iframe').contentDocument") is None
        errors = foreign.evaluate(
            f"""async () => {{
                const {{ load }} = await import("{forge.address}/player/1.js");
                const said = async (doing) => doing().then(() => "", (error) => error.message);
                const rune = await load("{project.removeprefix(forge.address + "/")}:1.0");
                const answers = [
                    await said(() => rune.run({{}})),
                    await said(() => load("{project.removeprefix(forge.address + "/")}:9.9")),
                    await said(async () => load("nowhere")),
                ];
                rune.close();
                return [...answers, await said(() => rune.run({{}}))];
            }}"""
        )
        assert "is missing" in errors[0]
        assert "not shared with everyone" in errors[1]
        assert "is not written like" in errors[2]
        assert errors[3] == "The rune was closed."
