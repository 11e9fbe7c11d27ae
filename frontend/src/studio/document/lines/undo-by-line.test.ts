import { expect, test } from "vitest";
import * as Y from "yjs";
import { ProjectFiles } from "../files/files";
import { keepUndoByLine } from "./undo-by-line";

const TEXT = "args:\n  threshold: 0.8\n  window: 24\n";

class Person {
  readonly files: ProjectFiles;
  readonly text: Y.Text;

  constructor(start: Uint8Array) {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, start);
    this.files = new ProjectFiles(doc);
    this.files.undo.trackedOrigins.add(this);
    keepUndoByLine(this.files);
    this.text = this.files.text("a") as Y.Text;
  }

  /** Writes another value on a line, as one step of the undo. */
  write(line: number, value: string): void {
    const lines = this.text.toJSON().split("\n");
    const old = lines[line]?.split(": ")[1] ?? "";
    const from = lines.slice(0, line + 1).join("\n").length - old.length;
    this.edit(from, old.length, value);
  }

  edit(from: number, length: number, insert: string): void {
    this.files.undo.stopCapturing();
    this.files.doc.transact(() => {
      this.text.delete(from, length);
      this.text.insert(from, insert);
    }, this);
  }
}

function two(path = "Runefile.yml"): [Person, Person] {
  const doc = new Y.Doc();
  const file = new Y.Map<unknown>(Object.entries({ path, kind: "text", text: new Y.Text(TEXT) }));
  doc.getMap("files").set("a", file);
  const start = Y.encodeStateAsUpdate(doc);
  return [new Person(start), new Person(start)];
}

function meet(...people: readonly Person[]): void {
  for (const one of people)
    for (const other of people)
      if (one !== other)
        Y.applyUpdate(other.files.doc, Y.encodeStateAsUpdate(one.files.doc, Y.encodeStateVector(other.files.doc)));
}

test("a value that another replaced since is not undone", () => {
  const [sam, jo] = two();
  sam.write(1, "0.5");
  meet(sam, jo);
  jo.write(1, "0.70");
  meet(sam, jo);
  sam.files.undo.undo();
  expect(sam.text.toJSON()).toBe(TEXT.replace("0.8", "0.70"));
  jo.files.undo.undo();
  expect(jo.text.toJSON()).toBe(TEXT.replace("0.8", "0.5"));
});

test("a value that was lost to another is not brought back in parts, and neither is the value before it", () => {
  const [sam, jo] = two();
  sam.write(1, "0.5");
  jo.write(1, "0.70");
  // The room, in between: it takes back what Jo wrote.
  const before = Y.encodeStateVector(jo.files.doc);
  Y.applyUpdate(sam.files.doc, Y.encodeStateAsUpdate(jo.files.doc, Y.encodeStateVector(sam.files.doc)));
  const mergedText = sam.text.toJSON();
  sam.text.delete(mergedText.indexOf("0.70"), "0.70".length);
  expect(sam.text.toJSON()).toBe(TEXT.replace("0.8", "0.5"));
  Y.applyUpdate(jo.files.doc, Y.encodeStateAsUpdate(sam.files.doc, before));
  for (const key of ["undo", "redo", "undo"] as const) {
    jo.files.undo[key]();
    expect(jo.text.toJSON()).toBe(TEXT.replace("0.8", "0.5"));
  }
});

test("what was written on other lines, and in texts that merge by letters, is undone as ever", () => {
  const [sam, jo] = two();
  sam.write(2, "48");
  meet(sam, jo);
  jo.write(1, "0.5");
  jo.edit(0, 0, "# by Jo\n");
  meet(sam, jo);
  sam.files.undo.undo();
  expect(sam.text.toJSON()).toBe("# by Jo\n" + TEXT.replace("0.8", "0.5"));

  const [one, other] = two("notes.md");
  one.edit(0, 0, "Of ");
  meet(one, other);
  other.edit(3, 0, "our ");
  meet(one, other);
  one.files.undo.undo();
  expect(one.text.toJSON()).toBe("our " + TEXT);
});

test("what changed several lines is undone wholly or not at all", () => {
  const [sam, jo] = two();
  sam.edit(TEXT.indexOf("0.8"), 3, "0.5\n  depth: 1\n  height: 2");
  meet(sam, jo);
  jo.write(2, "7");
  meet(sam, jo);
  const both = TEXT.replace("0.8", "0.5\n  depth: 7\n  height: 2");
  sam.files.undo.undo();
  expect(sam.text.toJSON()).toBe(both);
});

test("what the server made for this page is undone too, whatever lines it changed", () => {
  const [sam, jo] = two();
  sam.write(1, "0.5");
  const before = Y.encodeStateVector(sam.files.doc);
  meet(sam, jo);
  jo.write(1, "0.8");
  sam.files.apply(Y.encodeStateAsUpdate(jo.files.doc, before));
  expect(sam.text.toJSON()).toBe(TEXT);
  sam.files.undo.undo();
  expect(sam.text.toJSON()).toBe(TEXT.replace("0.8", "0.5"));
});

/** Numbers from 0 up to 1, the same for a seed (mulberry32). */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])("no undo makes a value that nobody wrote, in an order by chance (%i)", (seed) => {
  const chance = chanceOf(seed);
  const pick = <Each>(from: readonly Each[]): Each => from[Math.floor(chance() * from.length)] as Each;
  const people = two();
  const writtenLines = new Set(TEXT.split("\n"));
  for (let count = 0; count < 150; count++) {
    const person = pick(people);
    const deed = pick(["write", "write", "undo", "redo"] as const);
    if (deed === "write") person.write(pick([1, 2]), pick(["0.5", "0.70", "32", "24", "160", "1600"]));
    else person.files.undo[deed]();
    if (deed === "write") for (const line of person.text.toJSON().split("\n")) writtenLines.add(line);
    expect(
      person.text
        .toJSON()
        .split("\n")
        .filter((line) => !writtenLines.has(line)),
    ).toEqual([]);
    meet(...people);
  }
});
