import { expect, test } from "vitest";
import { scrolledTo } from "./caret-in-view";

const LINE = { top: 400, bottom: 420 };

test("a line in view stays where it is", () => {
  expect(scrolledTo(LINE, 200, 300)).toBe(200);
});

test("a line below is brought to the lower edge, and one above to the upper", () => {
  expect(scrolledTo(LINE, 0, 300)).toBe(124);
  expect(scrolledTo(LINE, 900, 300)).toBe(396);
});

test("of a line that is higher than the room its beginning is shown, and nothing before the first is scrolled to", () => {
  expect(scrolledTo({ top: 400, bottom: 900 }, 0, 300)).toBe(396);
  expect(scrolledTo({ top: 0, bottom: 20 }, 50, 300)).toBe(0);
});
