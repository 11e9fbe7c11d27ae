import { expect, test } from "vitest";
import { timingText } from "./timing-text";

test("a strip says how long the window is, how often there is an answer, and how late it comes", () => {
  expect(timingText(1, 0.2, 0.21)).toBe("window 1.0 s, a new answer every 200 ms · 0.2 s behind");
  expect(timingText(2.5, 1.25, 0)).toBe("window 2.5 s, a new answer every 1.3 s · 0.0 s behind");
  expect(timingText(1, null, 0)).toBe("window 1.0 s · 0.0 s behind");
});
