import { expect, test } from "vitest";
import { numberOf } from "./number";

test("commas between thousands group them", () => {
  expect(["16,000", "1,234,567", "-16,000", "16,000.5"].map(numberOf)).toEqual([16000, 1234567, -16000, 16000.5]);
});

test("any other comma is a decimal point", () => {
  expect(["0,5", "0,125", "1,5", "3,14159", "1600,5"].map(numberOf)).toEqual([0.5, 0.125, 1.5, 3.14159, 1600.5]);
});

test("what is no number is none", () => {
  expect(["", " ", "1,2,3", "16,00,000", "a", "1e999"].map(numberOf)).toEqual([null, null, null, null, null, null]);
});
