import { expect, test } from "vitest";
import * as Y from "yjs";
import { CONTESTED_LINES, contestedIn, editFor, placeOf, valuesOf, wordsOf, type ContestedLines } from "./conflicts";

function lines(parts: Partial<ContestedLines> = {}): ContestedLines {
  return {
    id: "1",
    file: "a",
    line: 1,
    current: ["  threshold: 0.5"],
    other: ["  threshold: 0.70"],
    currentBy: "Sam Lee",
    otherBy: "Jo Okafor",
    ...parts,
  };
}

const TEXT = "args:\n  threshold: 0.5\n  window: 3";

function after(each: ContestedLines, text: string): string {
  const edit = editFor(each, text);
  return edit === null ? text : text.slice(0, edit.from) + edit.insert + text.slice(edit.from + edit.length);
}

test("both values and both names are said", () => {
  expect(valuesOf(lines())).toEqual({ current: "0.5", other: "0.70" });
  expect(wordsOf(lines())).toEqual({
    sentence: "Sam Lee wrote 0.5, and Jo Okafor wrote 0.70 here at the same time.",
    use: "Use 0.70",
    keep: "Keep 0.5",
  });
  expect(wordsOf(lines({ other: [], currentBy: "" })).sentence).toBe(
    "Someone wrote threshold: 0.5, and Jo Okafor deleted this here at the same time.",
  );
  expect(wordsOf(lines({ current: [] })).use).toBe("Use threshold: 0.70");
});

test("the nearest place where the current lines stand is theirs, and none once they are others", () => {
  const text = ["  threshold: 0.5", "x", "  threshold: 0.5"];
  expect(placeOf(lines({ line: 2 }), text)).toBe(2);
  expect(placeOf(lines({ line: 0 }), text)).toBe(0);
  expect(placeOf(lines(), ["  threshold: 0.6"])).toBeNull();
});

test("the other's lines come in place of those that stand", () => {
  expect(after(lines(), TEXT)).toBe("args:\n  threshold: 0.70\n  window: 3");
  expect(after(lines({ other: [] }), TEXT)).toBe("args:\n  window: 3");
  expect(after(lines({ current: [], line: 1 }), TEXT)).toBe("args:\n  threshold: 0.70\n  threshold: 0.5\n  window: 3");
  expect(after(lines({ current: [], line: 3 }), TEXT)).toBe(`${TEXT}\n  threshold: 0.70`);
  expect(after(lines({ current: ["  window: 3"], other: [], line: 2 }), TEXT)).toBe("args:\n  threshold: 0.5");
  expect(after(lines({ current: ["gone"] }), TEXT)).toBe(TEXT);
});

test("lines that end with CRLF are found, replaced and deleted with their ends", () => {
  const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
  const text = crlf(TEXT);
  expect(after(lines(), text)).toBe(crlf("args:\n  threshold: 0.70\n  window: 3"));
  expect(after(lines({ other: [] }), text)).toBe(crlf("args:\n  window: 3"));
  expect(after(lines({ other: ["  a: 1", "  b: 2"] }), text)).toBe(crlf("args:\n  a: 1\n  b: 2\n  window: 3"));
  expect(after(lines({ current: [], line: 3 }), text)).toBe(crlf(`${TEXT}\n  threshold: 0.70`));
  expect(after(lines({ current: ["  window: 3"], other: [], line: 2 }), text)).toBe(crlf("args:\n  threshold: 0.5"));
});

test("what a foreign client wrote in another form is passed over", () => {
  const doc = new Y.Doc();
  const map = doc.getMap(CONTESTED_LINES);
  const good = { file: "a", line: 1, current: ["x"], other: ["y"], current_by: "", other_by: "Jo" };
  map.set("1", good);
  for (const [id, value] of Object.entries({ 2: 7, 3: { ...good, current: [1] }, 4: { ...good, line: "1" }, 5: null }))
    map.set(id, value);
  map.set("6", { ...good, file: "b" });
  expect(contestedIn(doc, "a").map(({ id }) => id)).toEqual(["1"]);
});
