import { expect, test } from "vitest";
import { labelMark } from "./label-mark";

test("each button of the label's form does what it says", () => {
  expect(labelMark("accept", 7, "knock", "knock")).toEqual({ number: 7, accepts: true });
  expect(labelMark("confirm", 7, "knock", null)).toEqual({ number: 7, confirms: true });
  expect(labelMark("label", 7, "glass", null)).toEqual({ number: 7, label: "glass" });
});

test("a label that the field's change has sent is not sent again", () => {
  expect(labelMark("label", 7, "glass", "glass")).toBeNull();
});
