import { expect, test } from "vitest";
import { BARS, levelOfPeak } from "./level";

test("a level has bars and a word, so that its colour is not the only sign", () => {
  expect(levelOfPeak(0)).toEqual({ decibels: -60, lit: 0, text: "too quiet" });
  expect(levelOfPeak(0.01).text).toBe("too quiet");
  expect(levelOfPeak(0.25)).toEqual({ decibels: -12, lit: 19, text: "good level" });
  expect(levelOfPeak(1)).toEqual({ decibels: 0, lit: BARS, text: "too loud" });
});
