import { expect, test } from "vitest";
import { toRange, toUnits } from "./offsets";

test("characters beyond the basic plane are two units", () => {
  expect([0, 1, 2, 3].map((offset) => toUnits("a😀b", offset))).toEqual([0, 1, 3, 4]);
});

test("an offset past the end is the end", () => {
  expect(toUnits("ab", 9)).toBe(2);
});

test("a span is never turned round", () => {
  expect(toRange("abc", { start: { offset: 2 }, end: { offset: 1 } })).toEqual({ from: 2, to: 2 });
});
