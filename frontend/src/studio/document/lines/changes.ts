// The effect of edits on the lines of a text, to be shown before they are made. Pure.
import type { TextEdit } from "../../../api/schema";

export interface LineChange {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** The lines that edits of one text change, each with all edits that begin in it. Edits count UTF-16 units and stay in their lines. */
export function lineChanges(text: string, edits: readonly TextEdit[]): readonly LineChange[] {
  const changes = new Map<number, LineChange>();
  for (const { file, span, text: newText } of [...edits].sort(
    (one, other) => other.span.start.offset - one.span.start.offset,
  )) {
    // lastIndexOf takes a place before the text for its begin.
    const start = span.start.offset === 0 ? 0 : text.lastIndexOf("\n", span.start.offset - 1) + 1;
    const next = text.indexOf("\n", span.end.offset);
    const before = text.slice(start, next < 0 ? text.length : next);
    const lineChange = changes.get(start) ?? { file, line: span.start.line, before, after: before };
    // From the end of the line backwards, so that what stands before an edit is where it was.
    changes.set(start, {
      ...lineChange,
      after:
        lineChange.after.slice(0, span.start.offset - start) +
        newText +
        lineChange.after.slice(span.end.offset - start),
    });
  }
  return [...changes.values()].sort((one, other) => one.line - other.line);
}
