import { describe, expect, it, test } from "vitest";
import { copyName, freePath, movedTo, moveProblem, rowAfter, rowNamed, shownRows, type TreeTarget } from "./tree";

interface File {
  readonly id: string;
  readonly path: string;
}

const FILES: readonly File[] = [
  "Runefile.yml",
  "labels.txt",
  "models/a.tflite",
  "samples/de/ja.wav",
  "samples/en/up.wav",
  "samples/up.wav",
].map((path) => ({ id: path, path }));
const folder = (path: string): TreeTarget<File> => ({ kind: "folder", path });
const file = (path: string): TreeTarget<File> => ({ kind: "file", path, file: { id: path, path } });

const few = (choices: Readonly<Record<string, boolean>> = {}) => ({ choices, areMany: false });

describe("a tree", () => {
  it("shows what is in folders that are open, and says where each row stands", () => {
    const rows = shownRows(FILES, few({ "samples/de": false }));
    expect(rows.map(({ path, place, siblings, open, inside }) => [path, place, siblings, open, inside])).toEqual([
      ["Runefile.yml", 1, 4, null, 0],
      ["labels.txt", 2, 4, null, 0],
      ["models", 3, 4, true, 1],
      ["models/a.tflite", 1, 1, null, 0],
      ["samples", 4, 4, true, 3],
      ["samples/up.wav", 1, 3, null, 0],
      ["samples/de", 2, 3, false, 1],
      ["samples/en", 3, 3, true, 1],
      ["samples/en/up.wav", 1, 1, null, 0],
    ]);
    expect(shownRows(FILES, few({ samples: false, models: false })).map((row) => row.path)).toEqual([
      "Runefile.yml",
      "labels.txt",
      "models",
      "samples",
    ]);
  });

  it("keeps folders closed where there are many files, but for those that someone opened", () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ id: String(index), path: `notes/note-${index}.md` }));
    expect(
      shownRows([...FILES, ...many], { choices: {}, areMany: true }).map(({ path, open }) => [path, open]),
    ).toEqual([
      ["Runefile.yml", null],
      ["labels.txt", null],
      ["models", false],
      ["notes", false],
      ["samples", false],
    ]);
    expect(shownRows([...FILES, ...many], { choices: { notes: true }, areMany: true })).toHaveLength(505);
    // A large folder that came into a small project is closed too.
    expect(shownRows([...FILES, ...many], few()).some(({ path }) => path === "notes/note-1.md")).toBe(false);
    expect(shownRows([...FILES, ...many], few()).some(({ path }) => path === "models/a.tflite")).toBe(true);
  });

  it("is walked by keys", () => {
    const rows = shownRows(FILES, few({ "samples/de": false }));
    expect(rowAfter(rows, 0, "ArrowUp")).toBe(-1);
    expect(rowAfter(rows, 2, "ArrowRight")).toBe(3);
    expect(rowAfter(rows, 3, "ArrowLeft")).toBe(2);
    expect(rowAfter(rows, 6, "ArrowRight")).toBe(-1);
    expect(rowAfter(rows, 8, "ArrowLeft")).toBe(7);
    expect(rowAfter(rows, 8, "ArrowDown")).toBe(-1);
    expect(rowAfter(rows, 3, "End")).toBe(8);
  });

  it("finds a row by the letters that are typed", () => {
    const rows = shownRows(FILES, few());
    expect(rows[rowNamed(rows, 0, "s")]?.path).toBe("samples");
    expect(rows[rowNamed(rows, 0, "up")]?.path).toBe("samples/up.wav");
    expect(rows[rowNamed(rows, rows.length - 1, "r")]?.path).toBe("Runefile.yml");
    expect(rowNamed(rows, 0, "nothing")).toBe(-1);
  });
});

test("a folder moves with all that is in it", () => {
  expect([...movedTo(folder("samples"), "data/sounds", FILES).values()]).toEqual([
    "data/sounds/de/ja.wav",
    "data/sounds/en/up.wav",
    "data/sounds/up.wav",
  ]);
  expect([...movedTo(file("labels.txt"), "docs/labels.txt", FILES)]).toEqual([["labels.txt", "docs/labels.txt"]]);
});

test("why something cannot move is said", () => {
  expect(moveProblem(folder("samples"), "samples/en/samples", FILES)).toMatch(/into itself/);
  expect(moveProblem(file("labels.txt"), "Runefile.yml", FILES)).toMatch(/already/);
  expect(moveProblem(folder("samples/en"), "samples", FILES)).toMatch(/already/);
  expect(moveProblem(folder("samples/en"), "../en", FILES)).toMatch(/out of the project/);
  expect(moveProblem(folder("samples/en"), "samples/fr", FILES)).toBeNull();
  expect(moveProblem(file("labels.txt"), "labels.txt", FILES)).toBeNull();
});

test("a copy and what is brought back get names that are free", () => {
  expect(copyName("data/a.txt", new Set(["data/a.txt"]))).toBe("data/a copy.txt");
  expect(copyName("a copy.txt", new Set(["a copy.txt"]))).toBe("a copy 2.txt");
  expect(copyName("Makefile", new Set())).toBe("Makefile copy");
  expect(freePath("a.txt", new Set(["b.txt"]))).toBe("a.txt");
  expect(freePath("a.txt", new Set(["a.txt", "a 2.txt"]))).toBe("a 3.txt");
});
