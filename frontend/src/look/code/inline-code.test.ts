import { expect, test } from "vitest";
import { pieces } from "./inline-code";

test("names between ticks are distinguished from the rest", () => {
  expect(pieces("Did you mean `drawing`, or `draw`?")).toEqual([
    { text: "Did you mean ", isName: false },
    { text: "drawing", isName: true },
    { text: ", or ", isName: false },
    { text: "draw", isName: true },
    { text: "?", isName: false },
  ]);
});

test("a tick without its other stays", () => {
  expect(pieces("a ` b")).toEqual([{ text: "a ` b", isName: false }]);
  expect(pieces("")).toEqual([]);
});
