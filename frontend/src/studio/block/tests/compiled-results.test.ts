import { expect, it } from "vitest";
import type { TestFailure, TestResult } from "../../../blocks";
import { compareWithCompiled } from "./compiled-results";

const OUTPUT = { count: 20, sum: 7, first: "0000803f000000400500" + "0000803f000000400500" };
const result = (failure: TestFailure | null): TestResult => ({
  name: "test_it",
  title: "it",
  line: 1,
  runs: 1,
  input: "",
  milliseconds: 1,
  failure,
  output: OUTPUT,
  pieces: [
    { run: 1, output: 0, element: "f32", size: 8 },
    { run: 1, output: 1, element: "i16", size: 2 },
    { run: 2, output: 0, element: "f32", size: 8 },
    { run: 2, output: 1, element: "i16", size: 2 },
  ],
});
const failure = { file: "a_test.py", line: 3, at: 3, message: "got 1, expected 2", got: "1", expected: "2" };
const compiledTests = (problem: { file: string; line: number; message: string } | null) => [
  { name: "test_other", line: 1, problem: null, output: null },
  { name: "test_it", line: 1, problem, output: OUTPUT },
];

it("says where Python and the compiled block agree, and what the other said where not", () => {
  const problem = { file: "a_test.py", line: 3, message: "got 1, expected 2" };
  expect(compareWithCompiled(result(null), null)).toMatchObject({ label: "…", agrees: null });
  expect(compareWithCompiled(result(null), [])).toMatchObject({ agrees: null });
  expect(compareWithCompiled(result(null), compiledTests(null))).toMatchObject({ label: "Same bits", agrees: true });
  expect(compareWithCompiled(result(failure), compiledTests(problem))).toMatchObject({
    label: "The same",
    agrees: true,
  });
  expect(compareWithCompiled(result(null), compiledTests(problem))).toEqual({
    label: "Differs",
    agrees: false,
    difference: "Line 3: got 1, expected 2",
  });
  expect(compareWithCompiled(result(failure), compiledTests(null))).toMatchObject({
    agrees: false,
    difference: "Compiled, it passes.",
  });
  expect(
    compareWithCompiled(result(failure), compiledTests({ ...problem, message: "got 1.5, expected 2" })).agrees,
  ).toBe(false);
  expect(compareWithCompiled(result(failure), compiledTests({ ...problem, line: 4 })).agrees).toBe(false);
});

it("compares the output of the runs, and names the first number that differs", () => {
  const output = (first: string, count = 20) => [
    { name: "test_it", line: 1, problem: null, output: { count, sum: 8, first } },
  ];
  const comparisonOf = (first: string, count = 20) => compareWithCompiled(result(null), output(first, count));
  const one = "0000803f000000400500";
  expect(comparisonOf(one + "0000803f010000400500")).toEqual({
    label: "Differs",
    agrees: false,
    difference: "Run 2: element 1 of output 1 is 2.00000024; in Python it is 2.",
  });
  expect(comparisonOf("0000803f00000040fbff" + one).difference).toBe(
    "Run 1: element 0 of output 2 is -5; in Python it is 5.",
  );
  expect(comparisonOf("0000803f00000080").difference).toBe("Run 1: element 1 of output 1 is -0; in Python it is 2.");
  expect(comparisonOf(one, 10).difference).toBe("Run 2: element 0 of output 1 is missing; in Python it is 1.");
  expect(comparisonOf(one + one).difference).toBe("Its outputs differ after the first 20 bytes.");
  expect(comparisonOf(one + one + one, 30).difference).toBe("Its outputs have 30 bytes; in Python they have 20.");
});

it("compares a failed test's outputs too, and by its words alone where it never came to its end", () => {
  const problem = { file: "a_test.py", line: 3, message: "got 1, expected 2" };
  const failedTest = { name: "test_it", line: 1, problem, output: null };
  expect(compareWithCompiled(result(failure), [failedTest])).toMatchObject({ label: "The same", agrees: true });
  expect(compareWithCompiled(result(failure), [{ ...failedTest, output: { ...OUTPUT, sum: 9 } }]).agrees).toBe(false);
});
