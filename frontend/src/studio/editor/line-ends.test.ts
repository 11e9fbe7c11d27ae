import { insertNewlineAndIndent } from "@codemirror/commands";
import { EditorSelection, EditorState, type Transaction, type TransactionSpec } from "@codemirror/state";
import { expect, test } from "vitest";
import { lineEnds } from "./line-ends";

const CRLF = "one\r\ntwo\r\n";
/** Behind the carriage return of the first line, where the key End of CodeMirror goes. */
const INSIDE = 4;

function stateOf(doc: string, at: number): EditorState {
  return EditorState.create({
    doc,
    selection: { anchor: at },
    extensions: [EditorState.lineSeparator.of("\n"), lineEnds()],
  });
}

/** The text after an edit, with the caret as |. */
function after(transaction: Transaction): string {
  const text = transaction.newDoc.toString();
  const { head } = transaction.newSelection.main;
  return `${text.slice(0, head)}|${text.slice(head)}`;
}

const written = (doc: string, at: number, spec: TransactionSpec): string => after(stateOf(doc, at).update(spec));

const typed = (doc: string, from: number, insert: string, to = from): string =>
  written(doc, from, { changes: { from, to, insert }, selection: { anchor: from + insert.length } });

test("a caret is never between CR and LF, and neither is what is written there", () => {
  expect(written(CRLF, 0, { selection: { anchor: INSIDE } })).toBe("one|\r\ntwo\r\n");
  expect(typed(CRLF, INSIDE, "s")).toBe("ones|\r\ntwo\r\n");
  expect(typed(CRLF, INSIDE, "s", INSIDE + 1)).toBe("ones|two\r\n");
  const selection = EditorSelection.range(1, INSIDE);
  expect(stateOf(CRLF, 0).update({ selection }).newSelection.main.to).toBe(3);
});

test("CR and LF are deleted together", () => {
  expect(typed(CRLF, 3, "", 4)).toBe("one|two\r\n");
  expect(typed(CRLF, INSIDE, "", 5)).toBe("one|two\r\n");
  expect(typed(CRLF, 1, "", 4)).toBe("o|\r\ntwo\r\n");
  expect(typed(CRLF, 1, "", 5)).toBe("o|two\r\n");
});

test("a new line ends as those of its file do", () => {
  let text = "";
  insertNewlineAndIndent({ state: stateOf("  one\r\ntwo\r\n", 5), dispatch: (each) => (text = after(each)) });
  expect(text).toBe("  one\r\n  |\r\ntwo\r\n");
  expect(typed(CRLF, INSIDE, "\nthree\nfour")).toBe("one\r\nthree\r\nfour|\r\ntwo\r\n");
  expect(typed(CRLF, 2, "a\r\nb")).toBe("ona\r\nb|e\r\ntwo\r\n");
  expect(typed("one\ntwo\n", 3, "\r\nthree")).toBe("one\nthree|\ntwo\n");
  expect(typed("one", 3, "\n")).toBe("one\n|");
});

test("edits at several carets keep the line ends", () => {
  const edited = stateOf(CRLF, 0).update({
    changes: [
      { from: INSIDE, insert: "\n" },
      { from: 9, insert: "!" },
    ],
  });
  expect(edited.newDoc.toString()).toBe("one\r\n\r\ntwo!\r\n");
});
