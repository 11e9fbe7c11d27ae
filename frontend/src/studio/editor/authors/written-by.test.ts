import { expect, test } from "vitest";
import { EditorState } from "@codemirror/state";
import * as Y from "yjs";
import { carriedVersions } from "./gutter";
import { lineClients } from "./written-by";

/** A text in a document of a client's own, with the edits of the others. */
function copyFor(client: number, from?: Y.Doc): { doc: Y.Doc; text: Y.Text } {
  const doc = new Y.Doc();
  doc.clientID = client;
  if (from !== undefined) Y.applyUpdate(doc, Y.encodeStateAsUpdate(from));
  return { doc, text: doc.getText("t") };
}

test("each line has those who wrote it, who wrote most first", () => {
  const first = copyFor(1);
  first.text.insert(0, "one\ntwo\n\nfour");
  const second = copyFor(2, first.doc);
  second.text.insert(4, "and then ");
  second.text.insert(second.text.length, "\nfive\n");
  second.text.delete(0, 1);
  expect(second.text.toJSON()).toBe("ne\nand then two\n\nfour\nfive\n");
  expect(lineClients(second.text)).toEqual([[1], [2, 1], [1], [1], [2], []]);
});

test("lines keep the version that they are from while others are edited", () => {
  const state = EditorState.create({ doc: "one\ntwo\nthree\nfour" });
  const after = (changes: { from: number; to?: number; insert?: string }[]): readonly (number | null)[] => {
    const edit = state.update({ changes });
    return carriedVersions([1, 2, 3, 4], edit.changes, state.doc, edit.newDoc);
  };
  expect(after([{ from: 5, insert: "x" }])).toEqual([1, null, 3, 4]);
  expect(after([{ from: 4, insert: "new\n" }])).toEqual([1, null, 2, 3, 4]);
  expect(after([{ from: 3, to: 8 }])).toEqual([null, 4]);
  expect(
    after([
      { from: 0, insert: "x" },
      { from: 18, insert: "\nfive" },
    ]),
  ).toEqual([null, 2, 3, null, null]);
});
