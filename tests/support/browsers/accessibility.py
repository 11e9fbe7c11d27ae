"""axe-core's findings on a page, in the looks in which each page is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from tests.support.browsers.overlaps import overlapping
from tests.support.browsers.pages import PHONE
from tests.support.browsers.readable import unreadable
from tests.support.servers.live_forge import REPOSITORY

AXE = REPOSITORY / "frontend/node_modules/axe-core/axe.min.js"


@dataclass(frozen=True)
class Look:
    """The scheme of colours and the size in which a page is shown."""

    scheme: Literal["light", "dark"]
    width: int
    height: int


LIGHT_AND_WIDE = Look("light", 1440, 940)
DARK_AND_NARROW = Look("dark", 320, 740)
"""The width that WCAG 1.4.10 asks for: a window of 1280 at 400 %."""
LOOKS = (LIGHT_AND_WIDE, DARK_AND_NARROW)
FINDINGS = """async (within) => {
  // The colours of the other scheme come in a short transition. Its `finished` is not waited for: of a transition that
  // ends while its promise is asked for, Chromium now and then never settles it, and axe was never asked.
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const isPassing = ({ playState, effect }) =>
    playState === "running" && Number.isFinite(effect.getComputedTiming().endTime);
  await frame();
  await frame();
  while (document.getAnimations().some(isPassing)) await frame();
  // Who speaks to the computer says the words that are seen. axe has this rule of WCAG 2.5.3 off by default.
  const rules = { "label-content-name-mismatch": { enabled: true } };
  const { violations } = await axe.run(within ?? document, { resultTypes: ["violations"], rules });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}"""
LOOK = """() => {
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const view = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  const words = (element) => element.innerText?.trim() || element.name || element.outerHTML.slice(0, 80);
  const other = '[type="checkbox"], [type="radio"], [type="range"], [type="color"]';
  const drawn = `button, select, textarea, input:not(${other})`;
  const isOurs = (element) => {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    if (element.matches("button") && !hasText) return true;
    const part = element.type === "file" ? "::file-selector-button" : undefined;
    return getComputedStyle(element, part).fontFamily.includes("IBM Plex");
  };
  const isForeign = (element) => isShown(element) && !element.matches(".aloud") && !isOurs(element);
  const foreign = [...document.querySelectorAll(drawn)].filter(isForeign);
  // The bar of a list always has "New project" as a main button: it is not counted.
  const isNew = (element) => element.matches('.bar [href^="/new"]');
  const main = [...view.querySelectorAll(".button.primary")].filter((element) => isShown(element) && !isNew(element));
  return [
    ...foreign.map((element) => `a control that the browser draws: ${words(element)}`),
    ...(main.length > 1 ? [`${main.length} main actions: ${main.map(words).join(", ")}`] : []),
  ];
}"""


def findings(page: Page, looks: Sequence[Look] = LOOKS) -> list[str]:
    """The findings on the page as it is, in some looks: of axe, of its controls, and of its width. Its buttons are
    looked at on a phone too, where a finger makes them larger."""
    page.evaluate(Path(AXE).read_text("utf-8"))
    problems = []
    for look in looks:
        show(page, look)
        here = [*page.evaluate(FINDINGS), *page.evaluate(LOOK), *unreadable(page)]
        problems += [f"{look.scheme} {look.width}: {finding}" for finding in here]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            problems.append(f"{look.width}: wider than the window")
    with _touched(page):
        page.set_viewport_size(PHONE)
        problems += [f"phone: {finding}" for finding in overlapping(page)]
    show(page, LIGHT_AND_WIDE)
    return problems


@contextmanager
def _touched(page: Page) -> Iterator[None]:
    """While it lasts, Chromium takes the page for one that fingers touch, as style sheets ask by `pointer: coarse`."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 1})
    try:
        assert page.evaluate("matchMedia('(pointer: coarse)').matches")
        yield
    finally:
        # The session stays: Chromium takes a page's virtual passkeys away when one of its sessions is detached.
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


def show(page: Page, look: Look) -> None:
    page.emulate_media(color_scheme=look.scheme)
    page.set_viewport_size({"width": look.width, "height": look.height})
