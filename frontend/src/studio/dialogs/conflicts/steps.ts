// The choices in a conflict, in words, and the order of conflicts. The words are those of the page
// (forge/reviews/change_requests/pages/merge_view.py), to which a test holds them.
import type { ChangeRequest, Conflict, MergeSide } from "../../../api/schema";

/** The names of the sides: a change request comes from a fork, or from a branch of elsewhere. */
export const sideLabels = ({ outside }: Pick<ChangeRequest, "outside">): Readonly<Record<MergeSide, string>> => ({
  ours: "This project",
  theirs: outside === null ? "The fork" : "The branch",
  both: "Both changes",
  written: "Another text",
});

export const FILE_DELETED = "The file is deleted.";
export const NOT_THERE = "Not in this version.";
export const EMPTY = "Empty.";

/** The text of a side, or a sentence where it has no text to show. */
export function shownSide(conflict: Conflict, text: string | null): { readonly text: string; readonly note: string } {
  if (text === null) return { text: "", note: conflict.kind === "file" ? FILE_DELETED : NOT_THERE };
  if (conflict.kind === "file") return { text: "", note: `A file with the digest ${text.slice(0, 19)}…` };
  return { text, note: text === "" ? EMPTY : "" };
}

export const placeOf = ({ kind, path, line }: Conflict): string =>
  kind === "file" || line === 0 ? path : `${path}, line ${line}`;

/** The conflict to go on with after one was resolved: the next that waits, around the end; null where none does. */
export function nextUnresolved(conflicts: readonly Conflict[], after: string): string | null {
  const place = conflicts.findIndex(({ key }) => key === after);
  const around = [...conflicts.slice(place + 1), ...conflicts.slice(0, place + 1)];
  return around.find(({ side }) => side === null)?.key ?? null;
}

/** The text with which an editor begins. */
export const startOfText = ({ replacement, both, ours, theirs }: Conflict): string =>
  replacement ?? both ?? ours ?? theirs ?? "";

/** Lines of one text that are compared; what comes after is shown and not marked. */
const MOST_LINES = 600;

/** A side's lines, each with whether both had another there: what is in no longest common sequence of lines. */
export function ownLines(base: string, text: string): readonly { readonly line: string; readonly isOwn: boolean }[] {
  const now = text.replace(/\n$/, "").split("\n");
  const then = base.split("\n").slice(0, MOST_LINES);
  const comparedLines = now.slice(0, MOST_LINES);
  // lengths[i][j]: of the longest common sequence of then[i..] and compared[j..].
  const lengths = Array.from({ length: then.length + 1 }, () => new Uint16Array(comparedLines.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = then.length - 1; i >= 0; i--) {
    const row = lengths[i];
    for (let j = comparedLines.length - 1; row !== undefined && j >= 0; j--) {
      row[j] = then[i] === comparedLines[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const sharedLines = new Set<number>();
  for (let i = 0, j = 0; i < then.length && j < comparedLines.length;) {
    if (then[i] === comparedLines[j]) {
      sharedLines.add(j);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return now.map((line, number) => ({ line, isOwn: number < MOST_LINES && !sharedLines.has(number) }));
}
