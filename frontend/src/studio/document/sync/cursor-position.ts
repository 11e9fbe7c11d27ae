// Where the cursor of somebody else stands in a text. Pure.
import * as Y from "yjs";
import type { Present } from "./presence";

interface CursorPosition {
  readonly present: Present;
  readonly anchor: number;
  readonly head: number;
}

/** Where a cursor stands now in the text; null when it is in another one, or its place is not known here yet. */
export function cursorPosition(present: Present, text: Y.Text): CursorPosition | null {
  if (present.cursor === null || text.doc === null) return null;
  const anchor = Y.createAbsolutePositionFromRelativePosition(present.cursor.anchor, text.doc);
  const head = Y.createAbsolutePositionFromRelativePosition(present.cursor.head, text.doc);
  if (anchor === null || head === null || anchor.type !== text || head.type !== text) return null;
  return { present, anchor: anchor.index, head: head.index };
}
