import { expect, test } from "vitest";
import { asked } from "./choice";

test("the conversation alone is asked for the threads that the page's address names", () => {
  expect(asked("")).toBe("");
  expect(asked("?about=figure%3Asize")).toBe("");
  expect(asked("?about=x&threads=resolved")).toBe("?threads=resolved");
  expect(asked("?threads=a%26b")).toBe("?threads=a%26b");
});
