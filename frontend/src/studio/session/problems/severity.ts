// The worst problem of each stage and of each file, with the words of its badge. Pure.
import type { Diagnostic, Outline, OutlineNode } from "../../../api/schema";
import { stageAt } from "./stage-at";

export type Severity = Diagnostic["severity"];

/** The stages that a problem is of: the one at its line in the Runefile, or those that run its file. */
export function stagesOf(outline: Outline, { file, span }: Diagnostic, runefile: string): readonly OutlineNode[] {
  if (file !== runefile) return outline.nodes.filter((stage) => stage.file === file);
  const stage = stageAt(outline, span.start.line);
  return stage === null ? [] : [stage];
}

export function worstByStage(
  outline: Outline,
  diagnostics: readonly Diagnostic[],
  runefile: string,
): ReadonlyMap<string, Diagnostic> {
  return worst(
    diagnostics.flatMap((diagnostic) =>
      stagesOf(outline, diagnostic, runefile).map(({ name }) => [name, diagnostic] as const),
    ),
  );
}

/** By the files' paths. */
export function worstByFile(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, Diagnostic> {
  return worst(diagnostics.map((diagnostic) => [diagnostic.file, diagnostic]));
}

/** The first of the worst, in the order that they have. */
export function worstOf(diagnostics: readonly Diagnostic[]): Diagnostic | undefined {
  return diagnostics.find(({ severity }) => severity === "error") ?? diagnostics[0];
}

/** `an error in Runefile.yml, line 20`. */
export function problemPlace({ severity, file, span }: Diagnostic): string {
  return `${severity === "error" ? "an error" : "a warning"} in ${file}, line ${span.start.line}`;
}

function worst(problems: readonly (readonly [name: string, problem: Diagnostic])[]): Map<string, Diagnostic> {
  const byName = new Map<string, Diagnostic>();
  for (const [name, problem] of problems) {
    const before = byName.get(name);
    if (before === undefined || (before.severity !== "error" && problem.severity === "error"))
      byName.set(name, problem);
  }
  return byName;
}
