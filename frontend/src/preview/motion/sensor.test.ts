// The motion of phones of both kinds.
import { expect, test } from "vitest";
import { isOfApple, rowOf, type Motion } from "./sensor";

const motion = (x: number | null, y: number | null, z: number | null): Motion => ({
  accelerationIncludingGravity: { x, y, z },
});

test("phones that lie on their backs give the same row", () => {
  expect(rowOf(motion(0.5, -1, 9.8), false)).toEqual([0.5, -1, 9.8]);
  expect(rowOf(motion(-0.5, 1, -9.8), true)).toEqual([0.5, -1, 9.8]);
});

test("a sensor that leaves a number out gives no row", () => {
  expect(rowOf(motion(1, null, 2), false)).toBeNull();
  expect(rowOf({ accelerationIncludingGravity: null }, true)).toBeNull();
});

test.each([
  ["Safari and Chrome on an iPhone, an iPad as a Mac", "Apple Computer, Inc.", 5, true],
  ["Safari on a Mac", "Apple Computer, Inc.", 0, false],
  ["Chrome on Android", "Google Inc.", 5, false],
  ["Firefox on Android", "", 5, false],
])("%s", (_, vendor, maxTouchPoints, isTurned) => {
  expect(isOfApple({ vendor, maxTouchPoints })).toBe(isTurned);
});
