import { expect, test } from "vitest";
import { tokenOf } from "./redeem";

test("the token of a link is what its fragment says", () => {
  expect(tokenOf("#token=a-B_9")).toBe("a-B_9");
});

test("a link that was cut at the # has no token", () => {
  expect(tokenOf("")).toBe("");
  expect(tokenOf("#")).toBe("");
});
