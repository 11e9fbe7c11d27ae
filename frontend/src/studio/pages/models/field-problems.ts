// Says which problems of forge.yml belong to which field of a model. Pure.
import type { Diagnostic } from "../../../api/schema";
import { POLICY_FILE } from "../../document/files/runefile";
import type { EntryKey, ModelEntry } from "../../edits/model-entries";

type Span = Diagnostic["span"];

/** The problems of one model: those of a key that is written, and those of the whole entry. */
export interface EntryProblems {
  readonly whole: readonly Diagnostic[];
  readonly of: (key: EntryKey) => readonly Diagnostic[];
}

export function problemsOf(entry: ModelEntry, diagnostics: readonly Diagnostic[]): EntryProblems {
  const within = diagnostics.filter(({ file, span }) => file === POLICY_FILE && isWithin(span, entry.span));
  const keys = Object.entries(entry.spans);
  const keyOf = (span: Span): string | null => keys.find(([, place]) => isWithin(span, place))?.[0] ?? null;
  return {
    whole: within.filter(({ span }) => keyOf(span) === null),
    of: (key) => within.filter(({ span }) => keyOf(span) === key),
  };
}

/** Whether a problem begins in a place. */
function isWithin({ start }: Span, place: Span): boolean {
  return isBefore(place.start, start) && isBefore(start, place.end);
}

function isBefore(one: Span["start"], other: Span["start"]): boolean {
  return one.line < other.line || (one.line === other.line && one.column <= other.column);
}
