import { expect, test } from "vitest";
import { extension, normalPath, pathProblem, placeFor, treeRows } from "./paths";

const EXISTING = new Set(["Runefile.yml", "models/a.tflite"]);

test.each(["labels.txt", "models/b.tflite", "Ünïcode 1.md", "漢字 😀.txt", "שלום.txt", ".hidden"])(
  "%s can be a name",
  (path) => expect(pathProblem(path, EXISTING)).toBeNull(),
);

test.each([
  "",
  "/etc/passwd",
  "a//b",
  "a/",
  "../out",
  "a/./b",
  "a\\b",
  "a\nb",
  " a",
  "Runefile.yml",
  "RUNEFILE.yml",
  "Models/A.tflite",
  "a\u202egpj.txt",
  "a\u00a0b",
  "models",
  "Runefile.yml/x",
  "x".repeat(201),
])("%j cannot be a name, and the reason is said", (path) => {
  expect(pathProblem(path, EXISTING)).toMatch(/\.$/);
});

test("the end of a name is lower-case and a dot in a folder is none", () => {
  expect([extension("a.YML"), extension("a.b/c"), extension("Makefile")]).toEqual(["yml", "", ""]);
});

test("models and samples go into their folders", () => {
  expect([placeFor("m.tflite"), placeFor("up.wav"), placeFor("notes.md")]).toEqual([
    "models/m.tflite",
    "samples/up.wav",
    "notes.md",
  ]);
});

test("the tree begins with the Runefile, then files, then folders", () => {
  const files = ["models/b/x.tflite", "a.txt", "Runefile.yml", "models/a.tflite"].map((path) => ({ path }));
  expect(treeRows(files).map((row) => `${" ".repeat(row.depth)}${row.label}${row.file === null ? "/" : ""}`)).toEqual([
    "Runefile.yml",
    "a.txt",
    "models/",
    " a.tflite",
    " b/",
    "  x.tflite",
  ]);
});

test("two files of one name are both shown", () => {
  expect(treeRows([{ path: "a.txt" }, { path: "a.txt" }])).toHaveLength(2);
});

test("names with numbers are in the order in which one counts", () => {
  const files = ["note-10.md", "note-2.md", "note-1.md", "take 3/b", "take 12/b", "take 1/b"].map((path) => ({ path }));
  expect(
    treeRows(files)
      .filter(({ depth }) => depth === 0)
      .map(({ label }) => label),
  ).toEqual(["note-1.md", "note-2.md", "note-10.md", "take 1", "take 3", "take 12"]);
});

// protects: uploads/two-spellings
test("an accented letter and the same with a combining accent are one name", () => {
  expect(normalPath("cafe\u0301/e\u0301.txt")).toBe("caf\u00e9/\u00e9.txt");
  expect(pathProblem("e\u0301.txt", new Set(["\u00e9.txt"]))).toBe("A file called \u00e9.txt already exists.");
  expect(placeFor("e\u0301.tflite")).toBe("models/\u00e9.tflite");
});
