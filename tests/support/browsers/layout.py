"""Faults of a page's layout at the width at which it is open: small, cut or covered text, and tabs out of sight."""

from __future__ import annotations

from playwright.sync_api import Page

LAYOUT = r"""() => {
  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getClientRects().length > 0 && element.closest(".aloud, .skip, .skip-here, .xterm") === null;
  const words = (element) => (element.getAttribute("aria-label") ?? element.innerText ?? "").trim().slice(0, 40);
  const room = document.documentElement.clientWidth;
  const problems = [];
  const all = [...document.querySelectorAll("body *")].filter(isShown);
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
  for (const element of all.filter(hasText)) {
    const { fontSize, textOverflow, overflowX } = getComputedStyle(element);
    // A drawing is scaled as a whole.
    if (parseFloat(fontSize) < 12 && element.closest("svg") === null)
      problems.push(`text of ${fontSize}: ${words(element)}`);
    const isWider = element.scrollWidth > element.clientWidth + 1;
    const isCut = textOverflow === "ellipsis" && overflowX !== "visible" && isWider;
    if (isCut && element.closest("[title]") === null) problems.push(`cut without a title: ${words(element)}`);
  }
  const canvas = document.createElement("canvas").getContext("2d");
  for (const select of all.filter((element) => element.matches("select:not([multiple])"))) {
    const { font, paddingLeft, paddingRight } = getComputedStyle(select);
    canvas.font = font;
    const width = canvas.measureText(select.selectedOptions[0]?.text ?? "").width;
    if (width > select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) + 1)
      problems.push(`a select that cuts its choice: ${select.selectedOptions[0].text}`);
    if (select.getBoundingClientRect().right > room) problems.push(`a select out of the window: ${words(select)}`);
  }
  for (const button of all.filter((element) => element.matches("button")))
    if (getComputedStyle(button).borderTopStyle === "outset")
      problems.push(`a button in the browser's own grey: ${words(button)}`);
  for (const tabs of all.filter((element) => element.matches("[data-tabs]"))) {
    const current = tabs.querySelector('[aria-current="page"]')?.getBoundingClientRect();
    const row = tabs.getBoundingClientRect();
    if (current !== undefined && (current.left < row.left - 1 || current.right > row.right + 1))
      problems.push(`the current tab is out of sight: ${words(tabs)}`);
    const goesOn = tabs.scrollLeft + tabs.clientWidth < tabs.scrollWidth - 1;
    if (goesOn && getComputedStyle(tabs).maskImage === "none") problems.push(`tabs end without a sign: ${words(tabs)}`);
  }
  // The cover of a card is a link below its buttons, and a sticky foot covers what scrolls below it.
  const layered = ".star, .project-card, .rune-card, .verdict, .react-flow, .cm-editor, .studio-main";
  const controls = all.filter((element) => element.matches("a[href], button, select, input, summary"));
  const flat = controls.filter((element) => element.closest(layered) === null);
  const scrolls = (element) => {
    for (let parent = element.parentElement; parent !== null && parent !== document.body; parent = parent.parentElement)
      if (getComputedStyle(parent).overflowY !== "visible") return true;
    return false;
  };
  const meet = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  // A link that breaks is a box in each line.
  const boxes = flat.filter((element) => !scrolls(element)).map((element) => [element, [...element.getClientRects()]]);
  boxes.forEach(([one, ofOne], place) => {
    for (const [other, ofOther] of boxes.slice(place + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      if (ofOne.some((a) => ofOther.some((b) => meet(a, b)))) problems.push(`${words(one)} overlaps ${words(other)}`);
    }
  });
  if (document.documentElement.scrollWidth > window.innerWidth) problems.push("wider than the window");
  return [...new Set(problems)];
}"""


def layout_problems(page: Page) -> list[str]:
    """Returns the faults of the page that is open, each with the words at its place."""
    problems: list[str] = page.evaluate(LAYOUT)
    return problems
