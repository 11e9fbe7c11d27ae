// What a test found compiled beside what it found in Python. Pure.
import type { TestResult } from "../../blocks";
import type { Watch } from "../../api/schema";

type CompiledTest = NonNullable<Watch["tests"]>["tests"][number];

export interface Beside {
  readonly word: string;
  /** Whether Python and the compiled block agree; null while it is not known. */
  readonly agrees: boolean | null;
  /** What the compiled block said, where that is something else. */
  readonly said: string;
}

/** A failed test agrees where it fails at the same line with the same words, which have all digits in which numbers differ. */
export function beside(result: TestResult, compiled: readonly CompiledTest[] | null): Beside {
  const found = compiled?.find(({ name }) => name === result.name);
  if (found === undefined) return { word: "…", agrees: null, said: "" };
  const { problem } = found;
  const { failure } = result;
  if (problem === null && failure === null) return { word: "Passed", agrees: true, said: "" };
  if (problem === null) return { word: "Differs", agrees: false, said: "Compiled, it passes." };
  if (failure === null) return { word: "Differs", agrees: false, said: `Line ${problem.line}: ${problem.message}` };
  const isSame = problem.line === failure.line && problem.file === failure.file && problem.message === failure.message;
  return isSame
    ? { word: "The same", agrees: true, said: "" }
    : { word: "Differs", agrees: false, said: `Line ${problem.line}: ${problem.message}` };
}
