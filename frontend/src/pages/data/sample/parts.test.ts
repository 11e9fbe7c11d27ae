import { expect, test } from "vitest";
import { fitted, freePlace, positionOf, positionText } from "./parts";

const part = (start: number, end: number) => ({ start, end, label: "" });

test("the edge that moved stays inside of the recording and before the other one", () => {
  expect(fitted(part(-50, 300), 1000, "start")).toMatchObject({ start: 0, end: 300 });
  expect(fitted(part(400, 300), 1000, "start")).toMatchObject({ start: 290, end: 300 });
  expect(fitted(part(300, 2000), 1000, "end")).toMatchObject({ start: 300, end: 1000 });
  expect(fitted(part(300, 100), 1000, "end")).toMatchObject({ start: 300, end: 310 });
});

test("another part takes the longest free place", () => {
  expect(freePlace([], 1000)).toEqual({ start: 0, end: 1000 });
  expect(freePlace([part(600, 700), part(100, 200)], 1000)).toEqual({ start: 200, end: 600 });
  expect(freePlace([part(0, 600), part(500, 995)], 1000)).toBeNull();
});

test("positions are seconds of a sound and rows of motion", () => {
  expect([positionText(1250, true), positionText(40, false)]).toEqual(["1.25", "40"]);
  expect([positionOf("1.25", true), positionOf("40", false)]).toEqual([1250, 40]);
  expect([positionOf("", true), positionOf("x", true)]).toEqual([null, null]);
});
