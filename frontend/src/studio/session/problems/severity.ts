// How bad it is with each stage and each file: the worst of its problems. Pure.
import type { Diagnostic, Outline } from "../../../api/schema";
import { stageAt } from "./stage-at";

export type Severity = Diagnostic["severity"];

export function severityByStage(
  outline: Outline,
  diagnostics: readonly Diagnostic[],
  runefile: string,
): ReadonlyMap<string, Severity> {
  return worst(
    diagnostics.map(({ file, severity, span }) => [
      file === runefile ? stageAt(outline, span.start.line)?.name : undefined,
      severity,
    ]),
  );
}

/** By the files' paths. */
export function severityByFile(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, Severity> {
  return worst(diagnostics.map(({ file, severity }) => [file, severity]));
}

function worst(problems: readonly (readonly [name: string | undefined, severity: Severity])[]): Map<string, Severity> {
  const severities = new Map<string, Severity>();
  for (const [name, severity] of problems)
    if (name !== undefined && severities.get(name) !== "error") severities.set(name, severity);
  return severities;
}
