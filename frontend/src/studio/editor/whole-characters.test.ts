import { EditorState, type ChangeSet, type TransactionSpec } from "@codemirror/state";
import { YSyncConfig, ySyncAnnotation } from "y-codemirror.next";
import * as Y from "yjs";
import { expect, test } from "vitest";
import { wholeCharacters } from "./whole-characters";

/** The pieces that a text loses and gains, as the binding to Yjs gets them. */
function piecesOf(changes: ChangeSet, doc: string): readonly (readonly [gone: string, come: string])[] {
  const pieces: (readonly [string, string])[] = [];
  changes.iterChanges((from, to, _begin, _end, insertedText) =>
    pieces.push([doc.slice(from, to), insertedText.toString()]),
  );
  return pieces;
}

function edit(doc: string, spec: TransactionSpec) {
  const transaction = EditorState.create({ doc, extensions: wholeCharacters() }).update(spec);
  const { main } = transaction.state.selection;
  return { text: transaction.newDoc.toString(), pieces: piecesOf(transaction.changes, doc), head: main.head };
}

test.each([
  ["the second half", { from: 2, to: 3, insert: "\uDE03" }, "😃"],
  ["the first half", { from: 1, to: 2, insert: "\uD83C" }, "🈀"],
])("an emoji that takes the place of another is whole, though %s alone changed", (_, changes, emoji) => {
  const { text, pieces, head } = edit("a😀b", { changes, selection: { anchor: 3 } });
  expect(text).toBe(`a${emoji}b`);
  expect(pieces).toEqual([["😀", emoji]]);
  expect(head).toBe(3);
});

test("half of an emoji goes with the other half", () => {
  expect(edit("a😀b", { changes: { from: 2, to: 3 } }).text).toBe("ab");
  expect(edit("a😀b", { changes: { from: 1, to: 2, insert: "x" } }).text).toBe("axb");
  expect(edit("😀😃", { changes: { from: 1, to: 3 } }).text).toBe("😃");
});

test("what is put between the halves goes behind them", () => {
  expect(edit("a😀b", { changes: { from: 2, insert: "x" } }).text).toBe("a😀xb");
});

test("a half that comes alone stays out", () => {
  expect(edit("ab", { changes: { from: 1, insert: "x\uD83Dy" } }).text).toBe("axyb");
});

test("several changes are widened each at its own place", () => {
  const changes = [
    { from: 0, insert: "123" },
    { from: 1, to: 2, insert: "\uDE03" },
    { from: 4, to: 5, insert: "\uDE04" },
    { from: 5, to: 6, insert: "c" },
  ];
  expect(edit("😀-😀.b", { changes }).text).toBe("123😃-😄cb");
});

test("other changes, and those of others, stay as they are", () => {
  const changes = { from: 1, to: 3, insert: "😃" };
  expect(edit("a😀b", { changes }).pieces).toEqual([["😀", "😃"]]);
  const ofOther = ySyncAnnotation.of(new YSyncConfig(new Y.Doc().getText(), null));
  expect(edit("a😀b", { changes: { from: 2, to: 3, insert: "\uDE03" }, annotations: ofOther }).pieces).toEqual([
    ["\uDE00", "\uDE03"],
  ]);
});
