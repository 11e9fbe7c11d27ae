// Which stages something is wrong with. Pure.
import type { Diagnostic, Outline } from "../../api/schema";
import { stageAt } from "../graph/selection";

export type Trouble = "error" | "warning";

/** The worst that is wrong with each stage. */
export function troubles(
  outline: Outline,
  diagnostics: readonly Diagnostic[],
  runefile: string,
): ReadonlyMap<string, Trouble> {
  const found = new Map<string, Trouble>();
  for (const { file, severity, span } of diagnostics) {
    const stage = file === runefile ? stageAt(outline, span.start.line) : null;
    if (stage !== null && found.get(stage.name) !== "error") found.set(stage.name, severity);
  }
  return found;
}
