// The problems of the newest build, where it failed, that the newest text does not have. Pure.
import type { Build, Diagnostic } from "../../../api/schema";

export interface BuildProblems {
  readonly build: Build;
  readonly diagnostics: readonly Diagnostic[];
}

/** Null where the newest build did not fail, or all of its problems are in the text still. `builds` has the newest first. */
export function problemsOfBuild(builds: readonly Build[], current: readonly Diagnostic[]): BuildProblems | null {
  const [build] = builds;
  if (build?.state !== "failed") return null;
  const shownNames = new Set(current.map(nameOf));
  const diagnostics = build.diagnostics.filter((diagnostic) => !shownNames.has(nameOf(diagnostic)));
  return diagnostics.length === 0 ? null : { build, diagnostics };
}

/** A problem without its line, which other edits move. */
function nameOf({ code, file, message }: Diagnostic): string {
  return JSON.stringify([code, file, message]);
}
