"""Finds buttons that lie on each other on a page, and buttons whose words do not fit into them."""

from __future__ import annotations

from playwright.sync_api import Page

OVERLAPS = r"""() => {
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const words = (element) => (element.innerText.trim() || element.ariaLabel || element.title || element.tagName)
    .replaceAll(/\s+/g, " ").slice(0, 40);
  const ancestors = (element) => {
    const line = [];
    for (let each = element.parentElement; each !== null; each = each.parentElement) line.push(each);
    return line;
  };
  // What is fixed, sticks or opens above the page covers what scrolls below it, and is compared only with its own kind.
  const layer = (element) =>
    [element, ...ancestors(element)].find(
      (each) => each.matches("dialog, [popover]") || !["static", "relative"].includes(getComputedStyle(each).position),
    ) ?? document.body;
  // The part of a rectangle that the scrolled boxes around it leave in view.
  const seen = (element) => {
    let { left, right, top, bottom } = element.getBoundingClientRect();
    for (const each of ancestors(element)) {
      if (each === document.body || each === document.documentElement) continue;
      const { overflowX, overflowY } = getComputedStyle(each);
      const box = each.getBoundingClientRect();
      if (overflowX !== "visible") [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      if (overflowY !== "visible") [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
    }
    return { left, right, top, bottom };
  };
  const isOn = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
  const buttons = [...document.querySelectorAll("button, .button, summary.button")]
    .filter(isShown)
    .map((element) => ({ element, layer: layer(element), box: seen(element) }));
  const problems = buttons.flatMap((one, index) =>
    buttons.slice(index + 1).flatMap((other) => {
      const isWithin = one.element.contains(other.element) || other.element.contains(one.element);
      if (isWithin || one.layer !== other.layer || !isOn(one.box, other.box)) return [];
      return [`buttons overlap: ${words(one.element)} and ${words(other.element)}`];
    }),
  );
  // A button that is no `.button` draws more than words, such as the stages of a graph with their handles.
  const isCut = ({ element }) => {
    const { overflowX, display } = getComputedStyle(element);
    const isTooNarrow = overflowX === "visible" && element.scrollWidth > element.clientWidth + 1;
    return element.matches(".button") && display !== "inline" && isTooNarrow;
  };
  return [...problems, ...buttons.filter(isCut).map(({ element }) => `words outside their button: ${words(element)}`)];
}"""


def overlapping(page: Page) -> list[str]:
    """Returns the pairs of buttons that overlap as the page is shown, and the buttons that their words leave."""
    problems: list[str] = page.evaluate(OVERLAPS)
    return problems
