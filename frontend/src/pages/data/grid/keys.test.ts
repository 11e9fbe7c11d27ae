import { expect, test } from "vitest";
import { actionOf, movedIndex } from "./keys";

const LABELS = new Map([
  ["1", "knock"],
  ["2", "glass"],
]);
const NO_LABELS = new Map<string, string>();
const press = (
  key: string,
  modifiers: Partial<{ ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
});

test("a number sets the label that has it, and no other", () => {
  expect(actionOf(press("2"), LABELS)).toEqual({ kind: "label", label: "glass" });
  expect(actionOf(press("3"), LABELS)).toBeNull();
  expect(actionOf(press("1", { ctrlKey: true }), LABELS)).toBeNull();
});

test("undo is U and Ctrl+Z, for who may label", () => {
  expect(actionOf(press("u"), LABELS)).toEqual({ kind: "undo" });
  expect(actionOf(press("z", { metaKey: true }), LABELS)).toEqual({ kind: "undo" });
  expect(actionOf(press("u"), NO_LABELS)).toBeNull();
  expect(actionOf(press("z", { ctrlKey: true }), NO_LABELS)).toBeNull();
});

test("everyone moves, plays and selects", () => {
  expect(actionOf(press("ArrowDown"), NO_LABELS)).toEqual({ kind: "move", columns: 0, rows: 1, selects: false });
  expect(actionOf(press(" "), NO_LABELS)).toEqual({ kind: "play" });
  expect(actionOf(press("X"), NO_LABELS)).toEqual({ kind: "select" });
  expect(actionOf(press("Tab"), LABELS)).toBeNull();
});

test("Shift selects while one moves; all, none and deleting have keys for who may label", () => {
  expect(actionOf(press("ArrowRight", { shiftKey: true }), LABELS)).toMatchObject({ selects: true });
  expect(actionOf(press("ArrowRight", { shiftKey: true }), NO_LABELS)).toMatchObject({ selects: false });
  expect(actionOf(press("X", { shiftKey: true }), LABELS)).toEqual({ kind: "select-to" });
  expect(actionOf(press("a", { ctrlKey: true }), LABELS)).toEqual({ kind: "select-all" });
  expect(actionOf(press("Escape"), LABELS)).toEqual({ kind: "select-none" });
  expect(actionOf(press("Delete"), LABELS)).toEqual({ kind: "delete" });
  expect(actionOf(press("Delete"), NO_LABELS)).toBeNull();
  expect(actionOf(press("a", { ctrlKey: true }), NO_LABELS)).toBeNull();
});

test("a move ends at the ends of the list", () => {
  expect(movedIndex(0, 10, 4, { columns: 1, rows: 0 })).toBe(1);
  expect(movedIndex(0, 10, 4, { columns: -1, rows: 0 })).toBe(0);
  expect(movedIndex(5, 10, 4, { columns: 0, rows: 1 })).toBe(9);
  expect(movedIndex(7, 10, 4, { columns: 0, rows: 1 })).toBe(7);
});

test("Enter accepts what is proposed, for who may label, and else opens the sample", () => {
  expect(actionOf(press("Enter"), LABELS, true)).toEqual({ kind: "accept" });
  expect(actionOf(press("Enter"), LABELS)).toBeNull();
  expect(actionOf(press("Enter"), NO_LABELS, true)).toBeNull();
});
