import { expect, test } from "vitest";
import { pathOf, simplified } from "./paths";

test("a level wire is a straight line and another bends", () => {
  expect(
    pathOf([
      { x: 0, y: 5 },
      { x: 10, y: 5 },
    ]),
  ).toBe("M0 5 L10 5");
  expect(
    pathOf([
      { x: 0, y: 5 },
      { x: 10, y: 25 },
    ]),
  ).toBe("M0 5 C5 5 5 25 10 25 L10 25");
});

test("a wire that goes back to the left has round corners and ends level", () => {
  expect(
    pathOf([
      { x: 0, y: 0 },
      { x: 20, y: 0 },
      { x: 20, y: 40 },
      { x: -40, y: 40 },
    ]),
  ).toBe("M0 0 L13 0 Q20 0 20 7 L20 33 Q20 40 13 40 L-40 40");
});

test("points that a straight line passes are left out, and the last is not there twice", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 5, y: 0 },
    { x: 9, y: 0 },
    { x: 9, y: 8 },
    { x: 12, y: 20 },
    { x: 12, y: 20 },
  ];
  expect(simplified(points)).toEqual([
    { x: 0, y: 0 },
    { x: 9, y: 0 },
    { x: 9, y: 8 },
    { x: 12, y: 20 },
  ]);
});
