import { expect, test } from "vitest";
import { commonOf, Selection } from "./selection";

const LIST = [9, 8, 7, 6, 5, 4];

test("a range goes from the last one to the next, in both directions", () => {
  const selection = new Selection();
  selection.set(8, true);
  selection.extendTo(6, LIST);
  expect(selection.numbers).toEqual([8, 7, 6]);
  selection.extendTo(9, LIST);
  expect(selection.numbers).toEqual([8, 7, 6, 9]);
  selection.set(7, false);
  expect(selection.has(7)).toBe(false);
});

test("without a beginning a range is the one sample, and what left the list is no beginning", () => {
  const selection = new Selection();
  selection.extendTo(5, LIST);
  expect(selection.numbers).toEqual([5]);
  selection.set(9, true);
  selection.keep([8, 7, 6]);
  expect(selection.size).toBe(0);
  selection.extendTo(7, [8, 7, 6]);
  expect(selection.numbers).toEqual([7]);
});

test("all of a list, and none", () => {
  const selection = new Selection();
  selection.all(LIST);
  expect(selection.size).toBe(6);
  selection.clear();
  expect(selection.numbers).toEqual([]);
});

test("what selected samples have in common is said", () => {
  expect(
    commonOf([
      { label: "knock", group: "Guest 7" },
      { label: "knock", group: "Guest 7" },
    ]),
  ).toBe("all knock, all by Guest 7");
  expect(
    commonOf([
      { label: "knock", group: "a" },
      { label: "glass", group: "b" },
    ]),
  ).toBe("");
});
