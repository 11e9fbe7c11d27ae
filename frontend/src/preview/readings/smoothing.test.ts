import { expect, test } from "vitest";
import { callingOf, isSmoothed } from "./smoothing";

const tensors = { model: { probability: true }, numbers: { probability: true }, steady: { probability: true } };
const blocks = {
  numbers: { path: "dequantize", inputs: ["model"], outputs: ["numbers"] },
  steady: { path: "hotg-ai/proc-blocks@v0.11.3#moving_average", inputs: ["numbers"], outputs: ["steady"] },
};
const graphWith = (...inputs: readonly string[]) => ({
  tensors,
  "proc-blocks": blocks,
  outputs: { scores: { inputs }, heard: { inputs: ["word"] } },
});

test("a rune that averages its scores is called by each window, and comes no later for a second mean", () => {
  expect(callingOf({ graph: graphWith("steady") }).windows).toBe(1);
  expect(callingOf({ graph: graphWith("numbers") }).windows).toBe(3);
  expect(callingOf({ graph: null }).windows).toBe(3);
});

test("a rune that sends single windows too is averaged", () => {
  expect(isSmoothed(graphWith("steady", "numbers"))).toBe(false);
  expect(isSmoothed({ outputs: { heard: { inputs: ["word"] } } })).toBe(false);
});

test("a graph that goes in a circle has an end", () => {
  const circle = { numbers: { path: "scale", inputs: ["numbers"], outputs: ["numbers"] } };
  expect(isSmoothed({ tensors, "proc-blocks": circle, outputs: { scores: { inputs: ["numbers"] } } })).toBe(false);
});
