// The values at the lines of a block's text: of its newest run, and of its tests. Pure.
import type { TestsRun } from "../../blocks";
import type { LineValue } from "../editor/line-values";
import type { RunnerState } from "./runner";

/** The values that the newest run assigned, and where it failed. */
export function valuesOfRun({ run, problems }: RunnerState): readonly LineValue[] {
  if (problems.length > 0 || run === null) return [];
  const values: LineValue[] = run.values
    .filter(({ line }) => line !== run.failure?.line)
    .map(({ line, name, value }) => ({ line, text: name.includes("[") ? `${name} = ${value}` : value, kind: "value" }));
  if (run.failure !== null) values.push({ line: run.failure.line, text: run.failure.message, kind: "failed" });
  return values;
}

/** The results of tests in one of the two files: in their own, those that passed as well. */
export function valuesOfTests({ results }: TestsRun, path: string, own: string): readonly LineValue[] {
  return results.flatMap(({ line, failure, title }): LineValue[] => {
    if (failure === null) return path === own ? [{ line, text: "passed", kind: "passed" }] : [];
    if (failure.file === path)
      return [
        { line: failure.line, text: path === own ? failure.message : `${title}: ${failure.message}`, kind: "failed" },
      ];
    return path === own
      ? [{ line: failure.at, text: `${failure.file}:${failure.line}: ${failure.message}`, kind: "failed" }]
      : [];
  });
}
