import { expect, test } from "vitest";
import { canonical } from "./canonical";

test.each([
  [{ b: [1, true, null], a: "x" }, '{"a":"x","b":[1,true,null]}'],
  ['a "quote", a \\ and a\nline', '"a \\"quote\\", a \\\\ and a\nline"'],
  [{ ä: "ü", a: {} }, '{"a":{},"ä":"ü"}'],
  [-5, "-5"],
])("%j has one form", (value, form) => {
  expect(canonical(value)).toBe(form);
});

test.each([0.5, 2 ** 60, undefined, { deep: [NaN] }])("%j has none", (value) => {
  expect(() => canonical(value)).toThrow("not an integer");
});
