import { expect, it } from "vitest";
import type { TestFailure, TestResult } from "../../blocks";
import { beside } from "./compiled";

const result = (failure: TestFailure | null): TestResult => ({
  name: "test_it",
  title: "it",
  line: 1,
  runs: 1,
  input: "",
  milliseconds: 1,
  failure,
});
const failure = { file: "a_test.py", line: 3, at: 3, message: "got 1, expected 2", got: "1", expected: "2" };
const compiled = (problem: { file: string; line: number; message: string } | null) => [
  { name: "test_other", line: 1, problem: null },
  { name: "test_it", line: 1, problem },
];

it("says where Python and the compiled block agree, and what the other said where not", () => {
  const said = { file: "a_test.py", line: 3, message: "got 1, expected 2" };
  expect(beside(result(null), null)).toMatchObject({ word: "…", agrees: null });
  expect(beside(result(null), [])).toMatchObject({ agrees: null });
  expect(beside(result(null), compiled(null))).toMatchObject({ word: "Passed", agrees: true });
  expect(beside(result(failure), compiled(said))).toMatchObject({ word: "The same", agrees: true });
  expect(beside(result(null), compiled(said))).toEqual({
    word: "Differs",
    agrees: false,
    said: "Line 3: got 1, expected 2",
  });
  expect(beside(result(failure), compiled(null))).toMatchObject({ agrees: false, said: "Compiled, it passes." });
  expect(beside(result(failure), compiled({ ...said, message: "got 1.5, expected 2" })).agrees).toBe(false);
  expect(beside(result(failure), compiled({ ...said, line: 4 })).agrees).toBe(false);
});
