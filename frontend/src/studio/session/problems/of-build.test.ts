import { expect, test } from "vitest";
import type { Build, Diagnostic } from "../../../api/schema";
import { problemsOfBuild } from "./of-build";

const failure: Diagnostic = {
  severity: "error",
  code: "RUNE0121",
  message: "test_it_follows failed: got 2, expected 3",
  file: "smooth_test.py",
  span: { start: { offset: 0, line: 2, column: 5 }, end: { offset: 4, line: 2, column: 9 } },
  notes: [],
  fixes: [],
};
const build = (state: Build["state"], diagnostics: readonly Diagnostic[]): Build =>
  ({ state, number: 3, diagnostics }) as unknown as Build;

test("what the newest failed build found is shown until the text shows it, or another build succeeds", () => {
  expect(problemsOfBuild([build("failed", [failure])], [])?.diagnostics).toEqual([failure]);
  const movedFailure = { ...failure, span: { ...failure.span, start: { offset: 9, line: 4, column: 1 } } };
  expect(problemsOfBuild([build("failed", [failure])], [movedFailure])).toBeNull();
  expect(problemsOfBuild([build("succeeded", []), build("failed", [failure])], [])).toBeNull();
  expect(problemsOfBuild([], [])).toBeNull();
});
