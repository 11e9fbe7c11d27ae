import { expect, test } from "vitest";
import { tooLarge } from "./upload";

test("a file over the limit is refused before it is sent, with both sizes", () => {
  expect(tooLarge("big.tflite", 70_000_000, 64_000_000)?.message).toBe(
    "big.tflite is 70.0 MB; this server accepts files up to 64.0 MB.",
  );
});

test("a file at the limit is sent", () => {
  expect(tooLarge("a.tflite", 64_000_000, 64_000_000)).toBeNull();
});
