// Yjs counts units of UTF-16, as the editor does, and cannot keep half of a character that has two of them, such as an emoji:
// the server refuses such an edit and closes the document. So a change that would split one takes the whole of it.
import { EditorState, type ChangeSpec, type Extension, type Text } from "@codemirror/state";
import { ySyncAnnotation } from "y-codemirror.next";

/** Half of a pair without the other half. */
const HALF = /\p{Surrogate}/u;
const HALVES = /\p{Surrogate}/gu;

function splitsPair(text: Text, at: number): boolean {
  return at > 0 && at < text.length && /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.sliceString(at - 1, at + 1));
}

/** Widens the changes that would split a pair. What others typed comes in as it is. */
export function wholeCharacters(): Extension {
  return EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || transaction.annotation(ySyncAnnotation) !== undefined) return transaction;
    const { startState, newDoc } = transaction;
    const wider: ChangeSpec[] = [];
    transaction.changes.iterChanges((fromA, toA, fromB, toB, insertedText) => {
      const isFromWithin = splitsPair(startState.doc, fromA);
      const isToWithin = splitsPair(startState.doc, toA);
      if (!isFromWithin && !isToWithin && !HALF.test(insertedText.toString())) return;
      const [from, to] = [isFromWithin ? fromB - 1 : fromB, isToWithin ? toB + 1 : toB];
      // A text between the halves goes behind them; a half that is left alone goes with its other half.
      const isBetween = fromA === toA && isFromWithin;
      const text = isBetween
        ? startState.doc.sliceString(fromA - 1, fromA + 1) + insertedText.toString()
        : newDoc.sliceString(from, to);
      wider.push({ from, to, insert: text.replaceAll(HALVES, "") });
    });
    return wider.length === 0 ? transaction : [transaction, { changes: wider, sequential: true }];
  });
}
