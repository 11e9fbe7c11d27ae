import { expect, test } from "vitest";
import { filledShare, fillingText } from "./filling";

test("a window that fills is counted in seconds, or in what it is counted in", () => {
  expect(fillingText({ done: 6, needed: 10, unit: "chunk", seconds: 0.1 })).toBe("0.6 of 1.0 s");
  expect(fillingText({ done: 2, needed: 3, unit: "window", seconds: null })).toBe("2 of 3 windows");
});

test("it is never more than full", () => {
  expect(fillingText({ done: 12, needed: 10, unit: "chunk", seconds: 0.1 })).toBe("1.0 of 1.0 s");
  expect(filledShare({ done: 12, needed: 10, unit: "chunk", seconds: null })).toBe(1);
  expect(filledShare({ done: 6, needed: 10, unit: "chunk", seconds: null })).toBe(0.6);
});
