"""The frame that all pages share: one logo at one place, and one width of content that begins at one edge."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

REPOSITORY = Path(__file__).parents[3]
MARK = REPOSITORY / "templates/parts/frame/mark.html"
FRAME = """(drawn) => {
  const problems = [];
  const shape = new DOMParser().parseFromString(drawn, "text/html").querySelector("path").getAttribute("d");
  const marks = [...document.querySelectorAll(".mark svg")];
  if (marks.length !== 1) problems.push(`${marks.length} logos`);
  for (const mark of marks) {
    const { left, width, height } = mark.getBoundingClientRect();
    if (mark.querySelector("path")?.getAttribute("d") !== shape) problems.push("another logo");
    if (left !== 16 || width !== 18 || height !== 18) problems.push(`a logo of ${width} x ${height} px at ${left} px`);
  }
  const content = document.querySelector("main.page, main.phone, main.collect");
  if (content === null) return problems;
  const { left, right } = content.getBoundingClientRect();
  const { paddingLeft, paddingRight } = getComputedStyle(content);
  const width = right - left - parseFloat(paddingLeft) - parseFloat(paddingRight);
  const room = document.documentElement.clientWidth;
  const expected = Math.min(1296, room - parseFloat(paddingLeft) - parseFloat(paddingRight));
  if (Math.abs(width - expected) > 1) problems.push(`content of ${width} px instead of ${expected}`);
  if (Math.abs(left - (room - right)) > 1) problems.push(`content from ${left} to ${right} px`);
  return problems;
}"""


def frame_problems(page: Page) -> list[str]:
    """Returns how the logo and the width of the page that is open differ from those of all pages."""
    problems: list[str] = page.evaluate(FRAME, MARK.read_text("utf-8"))
    return problems
