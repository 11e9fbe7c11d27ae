import { expect, test } from "vitest";
import { clearSent, textsOf } from "./sent-fields";

test("a field is cleared once what it has was sent", () => {
  const fields = [{ name: "text", value: "One", defaultValue: "" }];
  expect(clearSent(fields, textsOf(fields))).toBe(true);
  expect(fields[0]?.value).toBe("");
});

test("what was written before the answer came stays", () => {
  const fields = [{ name: "text", value: "One", defaultValue: "" }];
  const texts = textsOf(fields);
  const later = [{ name: "text", value: "One and two", defaultValue: "" }];
  expect(clearSent(later, texts)).toBe(false);
  expect(later[0]?.value).toBe("One and two");
});
