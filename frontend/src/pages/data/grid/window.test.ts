import { expect, test } from "vitest";
import { columnsIn, heightOf, placeOf, rangeBetween } from "./window";

const MANY = { count: 20_000, columns: 4, rowHeight: 130 };

test("of 20,000 samples those in view are drawn, with spare rows", () => {
  expect(rangeBetween(MANY, 0, 900, 2)).toEqual({ first: 0, last: 36 });
  expect(rangeBetween(MANY, 130_000, 130_900, 2)).toEqual({ first: 3992, last: 4036 });
  expect(rangeBetween(MANY, 649_000, 660_000, 2)).toEqual({ first: 19_960, last: 20_000 });
  expect(heightOf(MANY)).toBe(650_000);
});

test("nothing is drawn before the list, behind it, and of an empty one", () => {
  expect(rangeBetween(MANY, -5000, -4000, 2)).toEqual({ first: 0, last: 0 });
  expect(rangeBetween(MANY, 700_000, 701_000, 2).last).toBe(20_000);
  expect(rangeBetween({ ...MANY, count: 0 }, 0, 900, 2)).toEqual({ first: 0, last: 0 });
});

test("the last row may be shorter than the others", () => {
  const seven = { count: 7, columns: 3, rowHeight: 100 };
  expect(rangeBetween(seven, 0, 5000, 1)).toEqual({ first: 0, last: 7 });
  expect(heightOf(seven)).toBe(300);
  expect(placeOf(seven, 6)).toEqual({ column: 0, top: 200 });
});

test("columns fit the width, and a phone has at least one", () => {
  expect(columnsIn(700, 150, 10)).toBe(4);
  expect(columnsIn(310, 150, 10)).toBe(2);
  expect(columnsIn(100, 150, 10)).toBe(1);
});
