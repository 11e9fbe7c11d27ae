import { describe, expect, test } from "vitest";
import { hasSlider, placeOf, PLACES, valueAt } from "./slider";

const NARROW = { minimum: 0, maximum: 1, step: 0.01 };
const WIDE = { minimum: 1, maximum: 65535, step: 1 };

describe("a slider", () => {
  test("reaches both ends of its range, whatever the step", () => {
    for (const range of [NARROW, WIDE, { minimum: -3, maximum: 10, step: null }])
      expect([valueAt(0, range), valueAt(PLACES, range)]).toEqual([range.minimum, range.maximum]);
  });

  test("gives numbers of the range's step, without dust", () => {
    expect(valueAt(300, NARROW)).toBe(0.3);
    for (let place = 0; place <= PLACES; place += 37) expect(valueAt(place, WIDE) % 1).toBe(0);
  });

  test("goes through a wide range by ratio: small numbers have their room", () => {
    expect(valueAt(PLACES / 2, WIDE)).toBeLessThan(300);
    expect(placeOf(16, WIDE)).toBe(250);
  });

  test("stands where its number is", () => {
    for (const value of [1, 28, 256, 4000, 65535])
      expect(Math.abs(valueAt(placeOf(value, WIDE), WIDE) - value) / value).toBeLessThan(0.05);
    expect(placeOf(-5, NARROW)).toBe(0);
  });

  test("is there for a range that has two ends", () => {
    expect([
      hasSlider(WIDE),
      hasSlider({ minimum: 0, maximum: null }),
      hasSlider({ minimum: 0, maximum: 2 ** 40 }),
    ]).toEqual([true, false, false]);
  });
});
