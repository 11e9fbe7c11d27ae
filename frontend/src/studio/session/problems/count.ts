// How many problems there are, errors and warnings apart: they are counted, worded and coloured so everywhere. Pure.
import type { Diagnostic } from "../../../api/schema";
import { count } from "../../format/quantities";

export interface ProblemCount {
  /** The class of its colour: an error is red, a warning amber. */
  readonly tone: "wrong" | "worse";
  /** `2 errors`, `1 warning`. */
  readonly text: string;
}

/** Errors before warnings; none of a kind that there is none of. */
export function problemCounts(diagnostics: readonly Pick<Diagnostic, "severity">[]): readonly ProblemCount[] {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  return [
    ...(errors > 0 ? [{ tone: "wrong" as const, text: count(errors, "error") }] : []),
    ...(warnings > 0 ? [{ tone: "worse" as const, text: count(warnings, "warning") }] : []),
  ];
}

/** `2 errors, 1 warning`; "" without any. */
export function problemText(diagnostics: readonly Pick<Diagnostic, "severity">[]): string {
  return problemCounts(diagnostics)
    .map(({ text }) => text)
    .join(", ");
}
