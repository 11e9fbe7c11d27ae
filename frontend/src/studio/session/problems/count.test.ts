import { expect, test } from "vitest";
import { problemCounts, problemText } from "./count";

const [error, warning] = [{ severity: "error" }, { severity: "warning" }] as const;

test("errors and warnings are counted and coloured apart", () => {
  expect(problemCounts([warning])).toEqual([{ tone: "worse", text: "1 warning" }]);
  expect(problemCounts([warning, error, error])).toEqual([
    { tone: "wrong", text: "2 errors" },
    { tone: "worse", text: "1 warning" },
  ]);
  expect([problemText([]), problemText([error]), problemText([error, warning, warning])]).toEqual([
    "",
    "1 error",
    "1 error, 2 warnings",
  ]);
});
