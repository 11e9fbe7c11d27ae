import { expect, test } from "vitest";
import { certaintyText, spokenCertainty } from "./certainty";

test("a probability is a percentage without decimals", () => {
  expect([0.96, 0.544, 0.005, 0.01, 0.99].map(certaintyText)).toEqual(["96 %", "54 %", "1 %", "1 %", "99 %"]);
});

test("0 % and 100 % are written only where they are exact", () => {
  expect([0, 1 / 256, 0.004, 0.9961, 255 / 256, 1].map(certaintyText)).toEqual([
    "0 %",
    "under 1 %",
    "under 1 %",
    "over 99 %",
    "over 99 %",
    "100 %",
  ]);
});

test("a screen reader says it in words", () => {
  expect([0.9961, 0.54].map(spokenCertainty)).toEqual(["over 99 percent", "54 percent"]);
});
