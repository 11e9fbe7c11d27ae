// The server takes an edit of up to 1 MB; one that is larger would cut its writer off. So it is refused before it is made.
import { EditorState, type ChangeSet, type Extension, type Text } from "@codemirror/state";
import { MAX_EDIT_BYTES } from "../../declared/studio-limits";
import { sizeText } from "../../look/quantities";

/** The bytes that Yjs writes around each piece of text, generously. */
const AROUND_A_PIECE = 64;
/** A character is at most so many bytes of UTF-8 for each unit of its UTF-16. */
const BYTES_OF_A_UNIT = 3;

/** The bytes that an edit sends; counted by the letter only where it may be too many. */
export function sizeOf(changes: ChangeSet): number {
  const pieces: Text[] = [];
  changes.iterChanges((_from, _to, _begin, _end, insertedText) => pieces.push(insertedText));
  const around = pieces.length * AROUND_A_PIECE;
  const most = pieces.reduce((units, piece) => units + piece.length, 0) * BYTES_OF_A_UNIT + around;
  if (most <= MAX_EDIT_BYTES) return most;
  return new TextEncoder().encode(pieces.map((piece) => piece.toString()).join("")).length + around;
}

/** Refuses what a person puts in that is too much at once, and says so. What others typed comes in as it is. */
export function limitEditSize(say: (sentence: string) => void): Extension {
  return EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || !transaction.isUserEvent("input")) return transaction;
    const size = sizeOf(transaction.changes);
    if (size <= MAX_EDIT_BYTES) return transaction;
    say(
      `The text has ${sizeText(size)}; you can insert up to ${sizeText(MAX_EDIT_BYTES)} at once. Add it as a file, or in parts.`,
    );
    return [];
  });
}
