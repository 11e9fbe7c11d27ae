"""Finds text that nobody reads on a page: digests in full, and numbers with more digits than anybody compares."""

from __future__ import annotations

from playwright.sync_api import Page

UNREADABLE = r"""() => {
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const isCut = (element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth;
  // Lines and seeds to copy are whole, as lines of a changed file are, and an audit log is exact. A fingerprint is
  // compared with one from elsewhere, and what a failed test of a block got with what it expected.
  const whole = "pre, textarea, .cm-editor, .fingerprint, .audit-words, .block-test-detail, .file-lines td.mono";
  // Zeros before the first digit only say how small a number is.
  const tooMany = /[1-9]\d*\.\d{6}|\b0\.0*[1-9]\d{5}|\b\d{9,}\b/;
  return [...document.querySelectorAll("main *")].flatMap((element) => {
    const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const text = texts.map(({ data }) => data).join(" ").trim();
    if (text === "" || !isShown(element) || element.closest(whole) !== null) return [];
    if (/[0-9a-f]{40}/.test(text) && !isCut(element)) return [`a digest in full: ${text.slice(0, 60)}`];
    if (tooMany.test(text) && !element.matches("code")) return [`too many digits: ${text.slice(0, 60)}`];
    return [];
  });
}"""


def unreadable(page: Page) -> list[str]:
    """Returns the parts of the page that are shown and that nobody reads."""
    problems: list[str] = page.evaluate(UNREADABLE)
    return problems
