// A badge stands for the first of the worst problems, and names its file and line.
import { expect, test } from "vitest";
import type { Diagnostic, Outline } from "../../../api/schema";
import { problemPlace, worstByFile, worstByStage, worstOf } from "./severity";

const OUTLINE: Outline = {
  nodes: [
    { name: "mic", kind: "capability", detail: "SOUND", line: 3, file: null },
    { name: "level", kind: "block", detail: "./level.py", line: 6, file: "level.py" },
  ],
  wires: [],
};

function problem(file: string, line: number, severity: Diagnostic["severity"]): Diagnostic {
  const at = { line, column: 1, offset: 0 };
  return { severity, code: "RUNE0001", message: "", file, span: { start: at, end: at }, notes: [], fixes: [] };
}

const WARNING = problem("Runefile.yml", 7, "warning");
const FIRST = problem("level.py", 15, "error");
const SECOND = problem("Runefile.yml", 8, "error");

test("a stage has the problems of its lines and those of its own file", () => {
  const byStage = worstByStage(OUTLINE, [WARNING, FIRST, SECOND], "Runefile.yml");
  expect([...byStage]).toEqual([["level", FIRST]]);
});

test("a file has its first error, or its first warning", () => {
  const byFile = worstByFile([WARNING, FIRST, SECOND]);
  expect(byFile.get("Runefile.yml")).toBe(SECOND);
  expect(byFile.get("level.py")).toBe(FIRST);
  expect(worstOf([WARNING])).toBe(WARNING);
  expect(worstOf([])).toBeUndefined();
});

test("the place is the file and the line of the problem", () => {
  expect(problemPlace(FIRST)).toBe("an error in level.py, line 15");
  expect(problemPlace(WARNING)).toBe("a warning in Runefile.yml, line 7");
});
