import { expect, test } from "vitest";
import { ago, count, duration, shortDigest } from "./quantities";

test.each([
  [0.07, "0.07 ms"],
  [12, "12 ms"],
  [2.25, "2.3 ms"],
  [310, "310 ms"],
  [1400, "1.4 s"],
])("%d ms are %s", (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

test("a count agrees with its noun", () => {
  expect([count(1, "problem"), count(2, "problem")]).toEqual(["1 problem", "2 problems"]);
});

test("a time is written as its distance", () => {
  const now = Date.parse("2026-11-20T10:00:00Z");
  expect(ago("2026-11-20T09:59:50Z", now)).toBe("just now");
  expect(ago("2026-11-20T09:56:00Z", now)).toBe("4 minutes ago");
  expect(ago("2026-11-20T09:00:00Z", now)).toBe("1 hour ago");
  expect(ago("2026-11-09T12:00:00Z", now)).toBe("on 9 Nov");
});

test("a digest is cut to what tells two apart", () => {
  expect(shortDigest(`sha256:${"9f2c".repeat(16)}`)).toBe("sha256:9f2c9f2c…");
});
