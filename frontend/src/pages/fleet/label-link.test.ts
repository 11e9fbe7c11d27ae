import { expect, test } from "vitest";
import { readLabel } from "./label-link";

test("the id and the secret of a label are read from behind the #", () => {
  expect(readLabel("#label=0123456789abcdef&secret=00ff")).toEqual({ label: "0123456789abcdef", secret: "00ff" });
  expect(readLabel("#label=0123456789abcdef")).toBeNull();
  expect(readLabel("#candidates")).toBeNull();
  expect(readLabel("")).toBeNull();
});
