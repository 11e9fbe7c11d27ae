import { expect, test } from "vitest";
import type { FileEntry } from "../document/files/files";
import { closedFile, openedFile, filesToShow } from "./open-files";

function file(id: string, path: string): FileEntry {
  return { id, path, kind: "text", size: null, digest: "", doubled: false };
}

const FILES = [file("1", "labels.txt"), file("2", "Runefile.yml"), file("3", "README.md")];

test("the Runefile is shown when nothing was opened", () => {
  expect(filesToShow({ tabs: [], active: null }, FILES).active?.id).toBe("2");
});

test("opening twice makes one tab", () => {
  expect(openedFile(openedFile({ tabs: [], active: null }, "1"), "1")).toEqual({ tabs: ["1"], active: "1" });
});

test("closing what is shown shows its neighbour", () => {
  expect(closedFile({ tabs: ["1", "2", "3"], active: "2" }, "2")).toEqual({ tabs: ["1", "3"], active: "3" });
  expect(closedFile({ tabs: ["1", "3"], active: "3" }, "3")).toEqual({ tabs: ["1"], active: "1" });
  expect(closedFile({ tabs: ["1", "3"], active: "3" }, "1")).toEqual({ tabs: ["3"], active: "3" });
});

test("a file that was deleted leaves the tabs, and comes back to them when it does", () => {
  const open = { tabs: ["1", "2"], active: "1" };
  expect(filesToShow(open, FILES.slice(1)).active?.id).toBe("2");
  expect(filesToShow(open, FILES).active?.id).toBe("1");
});

test("a project without files shows none", () => {
  expect(filesToShow({ tabs: ["1"], active: "1" }, [])).toEqual({ tabs: [], active: null });
});
