// Undo in files whose lines merge as a whole (forge/collab/merging): Yjs reverts letters, and brings 8 back beside another's 5.
// An edit of a line that somebody else changed since is therefore no longer undone.
import * as Y from "yjs";
import type { ProjectFiles } from "../files/files";

/** Paths of files whose lines merge as a whole: those of `_rule_of` in rune/source/merge/concurrent_edits.py. */
const BY_LINE = /(?:\.(?:ya?ml|txt|py)|^runefile|\/runefile)$/i;

/** Letters with consecutive numbers that one client wrote. */
interface Letters {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

/** Forget what the undo cannot revert without others' edits, whenever others edit. */
export function keepUndoByLine(files: ProjectFiles): void {
  const { doc, undo } = files;
  doc.on("afterTransaction", (transaction: Y.Transaction) => {
    // An update that the server made for this page, such as restoring a version, is an edit of its own.
    if (transaction.local || undo.trackedOrigins.has(transaction.origin)) return;
    if (undo.undoStack.length === 0 && undo.redoStack.length === 0) return;
    for (const type of transaction.changed.keys())
      if (type instanceof Y.Text && BY_LINE.test(pathOf(type))) forgetChanged(undo, type, transaction);
  });
}

function pathOf(text: Y.Text): string {
  const file: unknown = text.parent;
  const path: unknown = file instanceof Y.Map ? file.get("path") : undefined;
  return typeof path === "string" ? path : "";
}

function forgetChanged(undo: Y.UndoManager, text: Y.Text, transaction: Y.Transaction): void {
  const { all, changed } = lettersOf(text, transaction);
  for (const stack of [undo.undoStack, undo.redoStack])
    for (const step of stack) {
      const sets = [step.insertions, step.deletions];
      if (!sets.some((set) => changed.some((letters) => overlaps(set, letters)))) continue;
      for (const set of sets) for (const letters of all) remove(set, letters);
    }
}

/** The letters of a text, those that were deleted too, and of these the ones of lines that a transaction changed. */
function lettersOf(text: Y.Text, transaction: Y.Transaction): { readonly all: Letters[]; readonly changed: Letters[] } {
  const all: Letters[] = [];
  const changed: Letters[] = [];
  let line: Letters[] = [];
  let isChanged = false;
  const endLine = (): void => {
    if (isChanged) changed.push(...line);
    line = [];
    isChanged = false;
  };
  for (let item = text._start; item !== null; item = item.right) {
    const { client, clock } = item.id;
    all.push({ client, clock, length: item.length });
    const isNew = clock >= (transaction.beforeState.get(client) ?? 0);
    const isRemoved = item.deleted && Y.isDeleted(transaction.deleteSet, item.id);
    const parts = item.deleted || !(item.content instanceof Y.ContentString) ? null : splitLines(item.content.str);
    let at = clock;
    for (const length of parts ?? [item.length]) {
      if (at > clock) endLine();
      line.push({ client, clock: at, length });
      isChanged ||= isNew || isRemoved;
      at += length;
    }
    if (item.content instanceof Y.ContentString && !item.deleted && item.content.str.endsWith("\n")) endLine();
  }
  endLine();
  return { all, changed };
}

/** The lengths of a text's lines, each with its end. */
function splitLines(text: string): number[] {
  return text.split(/(?<=\n)/).map((line) => line.length);
}

type Deletions = Y.UndoManager["undoStack"][number]["deletions"];

function overlaps(set: Deletions, { client, clock, length }: Letters): boolean {
  return (set.clients.get(client) ?? []).some(
    (range) => range.clock < clock + length && clock < range.clock + range.len,
  );
}

/** Takes letters out of a set. */
function remove(set: Deletions, { client, clock, length }: Letters): void {
  const ranges = set.clients.get(client);
  if (ranges === undefined) return;
  const rest = ranges.flatMap((range) => {
    const end = range.clock + range.len;
    if (end <= clock || clock + length <= range.clock) return [range];
    return [
      { clock: range.clock, len: clock - range.clock },
      { clock: clock + length, len: end - clock - length },
    ].filter(({ len }) => len > 0);
  });
  if (rest.length > 0) set.clients.set(client, rest);
  else set.clients.delete(client);
}
