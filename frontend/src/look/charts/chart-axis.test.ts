import { expect, it } from "vitest";
import { widthOf } from "./chart-axis";

it("gives an axis the room of its longest text", () => {
  expect(widthOf(["0", "0.00025"])).toBeGreaterThan(widthOf(["0", "0.5"]));
  expect(widthOf(null)).toBe(widthOf(["0.5"]));
});
