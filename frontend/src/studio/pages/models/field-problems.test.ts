import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../../api/schema";
import type { ModelEntry } from "../../edits/model-entries";
import { problemsOf } from "./field-problems";

const at = (line: number, column: number) => ({ line, column, offset: 0 });
const span = (first: readonly [number, number], last: readonly [number, number]) => ({
  start: at(...first),
  end: at(...last),
});
const problem = (message: string, line: number, column: number, file = "forge.yml"): Diagnostic => ({
  severity: "error",
  code: "RUNE0100",
  message,
  file,
  span: span([line, column], [line, column + 1]),
  notes: [],
  fixes: [],
});

/** `a.tflite: {source: a.h5, quantize: int9}` in line 2 */
const ENTRY: ModelEntry = {
  path: "a.tflite",
  span: span([2, 3], [2, 41]),
  source: "a.h5",
  quantize: "int9",
  interface: null,
  samples: null,
  calibration: null,
  keep: [],
  shapes: [],
  spans: { source: span([2, 14], [2, 26]), quantize: span([2, 28], [2, 40]) },
};

describe("the problems of a model", () => {
  test("are shown at the key in which they begin, also if one line has several", () => {
    const { whole, of } = problemsOf(ENTRY, [problem("source", 2, 22), problem("quantize", 2, 38)]);
    expect(of("source").map(({ message }) => message)).toEqual(["source"]);
    expect(of("quantize").map(({ message }) => message)).toEqual(["quantize"]);
    expect(of("keep")).toEqual([]);
    expect(whole).toEqual([]);
  });

  test("are of the whole entry at its name, and of none elsewhere", () => {
    const { whole } = problemsOf(ENTRY, [
      problem("name", 2, 3),
      problem("before", 1, 1),
      problem("behind", 3, 3),
      problem("other file", 2, 3, "Runefile.yml"),
    ]);
    expect(whole.map(({ message }) => message)).toEqual(["name"]);
  });
});
