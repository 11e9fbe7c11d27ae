import { expect, test } from "vitest";
import { threadQuery } from "./choice";

test("the conversation alone is asked for the threads that the page's address names", () => {
  expect(threadQuery("")).toBe("");
  expect(threadQuery("?about=figure%3Asize")).toBe("");
  expect(threadQuery("?about=x&threads=resolved")).toBe("?threads=resolved");
  expect(threadQuery("?threads=a%26b")).toBe("?threads=a%26b");
});
