// Lines that two people wrote at the same time: one of them stands, what the other wanted is stored beside it
// (forge/collab/merging/whole_lines.py writes these) until somebody chooses.
import type * as Y from "yjs";
import { endingOf } from "./endings";

/** The document's map of them. */
export const CONTESTED_LINES = "contested";

export interface ContestedLines {
  readonly id: string;
  /** The file's id. */
  readonly file: string;
  /** Where the current lines stood then, from 0. */
  readonly line: number;
  /** The lines there; [] where the other wanted lines in between. */
  readonly current: readonly string[];
  /** The lines that the other wanted in their place; [] for nothing. */
  readonly other: readonly string[];
  readonly currentBy: string;
  readonly otherBy: string;
}

function areLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((line) => typeof line === "string");
}

/** Those of a file. Anything malformed that a foreign client wrote is passed over. */
export function contestedIn(doc: Y.Doc, file: string): readonly ContestedLines[] {
  const result: ContestedLines[] = [];
  for (const [id, value] of doc.getMap(CONTESTED_LINES).entries()) {
    if (typeof value !== "object" || value === null) continue;
    const {
      line,
      current,
      other,
      current_by: currentBy,
      other_by: otherBy,
      ...rest
    } = value as Record<string, unknown>;
    if (rest["file"] !== file || typeof line !== "number" || !areLines(current) || !areLines(other)) continue;
    if (typeof currentBy === "string" && typeof otherBy === "string")
      result.push({ id, file, line, current, other, currentBy, otherBy });
  }
  return result;
}

/** The lines of a text without their ends. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}

/** The line from which the current lines stand now, the nearest to where they were; null once they are others. */
export function placeOf({ line, current }: ContestedLines, lines: readonly string[]): number | null {
  if (current.length === 0) return line <= lines.length ? line : null;
  let nearest: number | null = null;
  for (let at = 0; at + current.length <= lines.length; at++) {
    const stands = current.every((each, index) => lines[at + index] === each);
    if (stands && (nearest === null || Math.abs(at - line) < Math.abs(nearest - line))) nearest = at;
  }
  return nearest;
}

const KEY = /^(?:- )?[\w-]+\s*[:=]\s*/;
/** Characters of a value in a sentence. */
const LONGEST = 40;

function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** The part that differs, in few words: 0.5 and 0.70 of two lines with one key. */
export function valuesOf({ current, other }: ContestedLines): { readonly current: string; readonly other: string } {
  const [one, two] = [current.join(" ").trim(), other.join(" ").trim()];
  const key = current.length === 1 && other.length === 1 ? KEY.exec(one)?.[0] : undefined;
  if (key !== undefined && two.startsWith(key) && two !== key)
    return { current: short(one.slice(key.length)), other: short(two.slice(key.length)) };
  return { current: short(one), other: short(two) };
}

/** The texts about them, and those of the two buttons. */
export function wordsOf(lines: ContestedLines): {
  readonly sentence: string;
  readonly use: string;
  readonly keep: string;
} {
  const { current, other } = valuesOf(lines);
  const otherBy = lines.otherBy || "Someone";
  const deed = lines.other.length === 0 ? "deleted this" : `wrote ${other}`;
  const rest = lines.current.length === 0 ? "" : `${lines.currentBy || "Someone"} wrote ${current}, and `;
  return {
    sentence: `${rest}${otherBy} ${deed} here at the same time.`,
    use: lines.other.length === 0 ? "Delete it" : `Use ${other}`,
    keep: lines.current.length === 0 ? "Leave it out" : `Keep ${current}`,
  };
}

/** The edit that puts what the other wanted in place of what stands: from, length, and text; null once that is gone. */
export function editFor(lines: ContestedLines, text: string): { from: number; length: number; insert: string } | null {
  const place = placeOf(lines, linesOf(text));
  if (place === null) return null;
  const { current, other } = lines;
  const ending = endingOf(text);
  const all = text.split("\n");
  const lengthOf = (some: readonly string[]): number => some.reduce((sum, line) => sum + line.length + 1, 0);
  const from = lengthOf(all.slice(0, place));
  const currentLines = all.slice(place, place + current.length);
  const lastEnding = currentLines.at(-1)?.endsWith("\r") === true ? 1 : 0;
  const length = Math.max(0, lengthOf(currentLines) - 1 - lastEnding);
  const insert = other.join(ending);
  if (current.length > 0 && other.length > 0) return { from, length, insert };
  if (other.length > 0)
    return from > text.length
      ? { from: text.length, length: 0, insert: `${ending}${insert}` }
      : { from, length: 0, insert: `${insert}${ending}` };
  const isLast = from + length === text.length;
  const start = isLast ? Math.max(0, from - (text.slice(from - 2, from) === "\r\n" ? 2 : 1)) : from;
  return { from: start, length: isLast ? text.length - start : length + 1 + lastEnding, insert: "" };
}
