"""Tables at the widths of desks: text in a column is not squeezed, and nothing scrolls sideways."""

from __future__ import annotations

from playwright.sync_api import Page

WIDTHS = (1024, 1280, 1440, 1680)
SQUEEZED = """() => [...document.querySelectorAll("table td, table th, table .meaning")].flatMap((cell) => {
  const text = cell.innerText.trim();
  const { width, height } = cell.getBoundingClientRect();
  const lines = height / 20;
  return text.length > 30 && lines > 5 && width < 140 ? [`${Math.round(width)} px: ${text.slice(0, 60)}`] : [];
})"""
IS_WIDER = "document.documentElement.scrollWidth > window.innerWidth"


def squeezed_at_any_width(page: Page) -> list[str]:
    """The cells with sentences in narrow columns, and widths at which the page scrolls sideways."""
    problems: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        problems += [f"{width}: {cell}" for cell in page.evaluate(SQUEEZED)]
        if page.evaluate(IS_WIDER):
            problems.append(f"{width}: wider than the window")
    return problems
