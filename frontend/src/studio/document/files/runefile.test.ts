import { expect, test } from "vitest";
import { findRunefile, isRunefileName } from "./runefile";

const filesOf = (...paths: string[]) => paths.map((path) => ({ path }));

test.each([
  [["Runefile", "Runefile.yaml", "Runefile.yml"], "Runefile.yml"],
  [["Runefile", "Runefile.yaml"], "Runefile.yaml"],
  [["README.md", "Runefile"], "Runefile"],
  [["old/Runefile.yml"], "Runefile.yml"],
])("of %j the Runefile is %s", (paths, runefile) => {
  expect(findRunefile(filesOf(...paths))).toBe(runefile);
  expect(isRunefileName(runefile)).toBe(true);
});

test("a file in a folder is no Runefile", () => {
  expect(isRunefileName("old/Runefile.yml")).toBe(false);
});
