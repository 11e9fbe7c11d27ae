import { expect, test } from "vitest";
import { matching } from "./select-search";

const PROJECTS = Array.from({ length: 300 }, (_, index) => ({ text: `acme/project ${index}` }));

test("one of 300 is found by a part of its name, in any case and order of words", () => {
  expect(matching(PROJECTS, "PROJECT 29")).toHaveLength(13);
  expect(matching(PROJECTS, "299 acme")).toEqual([{ text: "acme/project 299" }]);
});

test("nothing typed matches all, and what nobody is called matches nothing", () => {
  expect(matching(PROJECTS, " ")).toHaveLength(300);
  expect(matching(PROJECTS, "acme/nothing")).toEqual([]);
});
