import { expect, test } from "vitest";
import { isComposing } from "./composing";

test.each([
  ["Enter within a composition", { isComposing: true, keyCode: 13 }, true],
  ["Enter that ends one in Safari", { isComposing: false, keyCode: 229 }, true],
  ["Enter", { isComposing: false, keyCode: 13 }, false],
])("%s", (_, key, belongsToMethod) => {
  expect(isComposing(key)).toBe(belongsToMethod);
});
