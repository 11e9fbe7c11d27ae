import { expect, test } from "vitest";
import { sizeText } from "./quantities";
import sizes from "./size-cases.json";

// tests/rune/test_wording.py holds the server and the command to the same cases.
test.each(sizes as [number, string][])("%i bytes are %s", (size, text) => {
  expect(sizeText(size)).toBe(text);
});
