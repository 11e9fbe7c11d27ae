import { expect, test } from "vitest";
import { countText, fractionOf, inPicture, nearest, objectAction, percentText, placeText } from "./objects";

const key = (name: string, modifiers: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) =>
  objectAction({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

test("keys move the cross, place, remove, choose a label and undo", () => {
  expect(key("ArrowLeft")).toEqual({ kind: "move", x: -0.01, y: 0 });
  expect(key("ArrowDown", { shiftKey: true })).toEqual({ kind: "move", x: 0, y: 0.1 });
  expect([key("Enter"), key(" "), key("Delete"), key("Backspace")].map((action) => action?.kind)).toEqual([
    "place",
    "place",
    "remove",
    "remove",
  ]);
  expect(key("3")).toEqual({ kind: "label", key: "3" });
  expect([key("u"), key("z", { ctrlKey: true })]).toEqual([{ kind: "undo" }, { kind: "undo" }]);
});

test("keys of the browser and of the page stay what they are", () => {
  for (const action of [key("0"), key("Tab"), key("a"), key("Escape"), key("ArrowLeft", { altKey: true })])
    expect(action).toBeNull();
  expect([key("1", { ctrlKey: true }), key("a", { metaKey: true })]).toEqual([null, null]);
});

test("a place stays in the picture", () => {
  expect(inPicture({ x: -0.2, y: 1.4 })).toEqual({ x: 0, y: 1 });
  expect(inPicture({ x: 1 / 3, y: 0.5 })).toEqual({ x: 0.33333, y: 0.5 });
});

test("the nearest object within reach is found, and none that is farther", () => {
  const objects = [
    { label: "bolt", x: 0.2, y: 0.2 },
    { label: "nut", x: 0.23, y: 0.2 },
  ];
  expect(nearest(objects, { x: 0.22, y: 0.2 })).toBe(1);
  expect(nearest(objects, { x: 0.5, y: 0.5 })).toBe(-1);
  expect(nearest([], { x: 0, y: 0 })).toBe(-1);
});

test("places are percent in fields and words", () => {
  expect([percentText(0.25), percentText(1 / 3)]).toEqual(["25", "33.3"]);
  expect([fractionOf("33.3"), fractionOf("0"), fractionOf("100")]).toEqual([0.333, 0, 1]);
  expect([fractionOf(""), fractionOf("x"), fractionOf("101"), fractionOf("-1"), fractionOf("NaN")]).toEqual(
    Array(5).fill(null),
  );
  expect(placeText({ x: 0.25, y: 0.5 })).toBe("25 % from the left, 50 % from the top");
  expect([countText(0), countText(1), countText(7)]).toEqual(["no objects", "1 object", "7 objects"]);
});
