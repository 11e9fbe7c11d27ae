import { expect, test } from "vitest";
import { decimalsFor, numberWithin, unitOf } from "./number-error";

const within = (error: number) => ({ within: error, unit: "°C", origin: "training run 3" });

test("a number has as many digits as its error allows", () => {
  expect([0.6, 0.14, 0.06, 12, 250].map(decimalsFor)).toEqual([1, 2, 2, 0, 0]);
  expect(numberWithin(21.3847, within(0.6))).toBe("21.4");
  expect(numberWithin(21, within(0.6))).toBe("21.0");
  expect(numberWithin(21.3847, within(0.14))).toBe("21.38");
  expect(numberWithin(12_345.6, within(40))).toBe("12,346");
});

test("without a known error it has four, and so has what is not finite", () => {
  expect(numberWithin(21.3847, null)).toBe("21.38");
  expect(numberWithin(21.3847, within(0))).toBe("21.38");
  expect(numberWithin(NaN, within(0.6))).toBe("not a number");
});

test("a unit stands in brackets at the end of a column's name", () => {
  expect(["temperature (°C)", "pressure [hPa]", "level", "x (a) y"].map(unitOf)).toEqual(["°C", "hPa", "", ""]);
});
