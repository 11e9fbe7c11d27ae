import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { OUTSIDE_EDIT, ProjectFiles } from "./files";
import { addText } from "./new-text";

const TEXT = "args:\n  threshold: 0.8\n  window: 24\n";

class Person {
  readonly files: ProjectFiles;
  readonly text: Y.Text;

  constructor(start: Uint8Array) {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, start);
    this.files = new ProjectFiles(doc);
    this.files.undo.trackedOrigins.add(this);
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

function two(path = "Runefile.yml", content = TEXT): [Person, Person] {
  const doc = new Y.Doc();
  const file = new Y.Map<unknown>(Object.entries({ path, kind: "text", text: new Y.Text(content) }));
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

test("what others wrote in other words of the line stays, whatever kind of file it is", () => {
  for (const path of ["Runefile.yml", "labels.txt", "block.py", "notes.md"]) {
    const [sam, jo] = two(path);
    sam.write(1, "");
    meet(sam, jo);
    jo.edit(TEXT.indexOf("threshold"), 1, "T");
    jo.edit(0, 0, "#");
    meet(sam, jo);
    sam.files.undo.undo();
    expect(sam.text.toJSON()).toBe("#" + TEXT.replace("threshold", "Threshold"));
    sam.files.undo.redo();
    expect(sam.text.toJSON()).toBe("#" + TEXT.replace("threshold: 0.8", "Threshold: "));
  }
});

test("a letter deleted at the end of a line comes back though another wrote a sign at its begin", () => {
  const [sam, jo] = two("labels.txt", "abcdef");
  sam.edit(5, 1, "");
  meet(sam, jo);
  jo.edit(0, 0, "|");
  meet(sam, jo);
  expect(sam.text.toJSON()).toBe("|abcde");
  sam.files.undo.undo();
  expect(sam.text.toJSON()).toBe("|abcdef");
});

// protects: live/undo-of-others
test("an edit in a word that another changed is dropped and said, and the one before it can be undone", () => {
  const [sam, jo] = two();
  const refusals: string[] = [];
  sam.files.undo.onRefusal = (what) => refusals.push(what);
  sam.write(2, "48");
  sam.write(1, "0.5");
  meet(sam, jo);
  jo.edit(TEXT.indexOf("0.8") + 3, 0, "1");
  meet(sam, jo);
  sam.files.undo.undo();
  expect(refusals).toEqual(["undo"]);
  expect(sam.text.toJSON()).toBe(TEXT.replace("0.8", "0.51").replace("24", "48"));
  sam.files.undo.undo();
  expect(sam.text.toJSON()).toBe(TEXT.replace("0.8", "0.51"));
  expect(refusals).toEqual(["undo"]);
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

test("what another deleted of an edit is not brought back beside it", () => {
  const [sam, jo] = two();
  sam.edit(TEXT.indexOf("0.8"), 3, "high");
  meet(sam, jo);
  jo.edit(TEXT.indexOf("0.8"), 4, '"low"');
  meet(sam, jo);
  sam.files.undo.undo();
  expect(sam.text.toJSON()).toBe(TEXT.replace("0.8", '"low"'));
});

test("a file that another wrote in since it was added stays", () => {
  const [sam, jo] = two();
  sam.files.undo.stopCapturing();
  sam.files.doc.transact(() => addText(sam.files, "block.py", "x = 1\n"), sam);
  meet(sam, jo);
  const id = jo.files.list().find(({ path }) => path === "block.py")?.id ?? "";
  jo.files.doc.transact(() => jo.files.text(id)?.insert(0, "# by Jo\n"), jo);
  meet(sam, jo);
  sam.files.undo.undo();
  expect(sam.files.text(id)?.toJSON()).toBe("# by Jo\nx = 1\n");
});

test("two places that are edited at once after each other are two steps, and a word that is typed is one", () => {
  const [sam] = two();
  const insert = (at: number, text: string) => sam.files.doc.transact(() => sam.text.insert(at, text), sam);
  insert(0, "a");
  insert(1, "b");
  insert(TEXT.length + 2, "c");
  sam.files.undo.undo();
  expect(sam.text.toJSON()).toBe(`ab${TEXT}`);
  sam.files.undo.undo();
  expect(sam.text.toJSON()).toBe(TEXT);
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

describe("each file has its own undo", () => {
  function twoFiles() {
    const files = new ProjectFiles(new Y.Doc());
    for (const [id, path] of [
      ["r", "Runefile.yml"],
      ["l", "labels.txt"],
    ])
      files.doc
        .getMap("files")
        .set(id as string, new Y.Map(Object.entries({ path, kind: "text", text: new Y.Text("old") })));
    const edit = (texts: Readonly<Record<string, string>>) =>
      files.doc.transact(() => {
        for (const [id, text] of Object.entries(texts)) files.text(id)?.insert(0, `${text} `);
      }, OUTSIDE_EDIT);
    const texts = () => [files.text("r")?.toJSON(), files.text("l")?.toJSON()];
    return { files, edit, texts };
  }

  test("an edit of the file in front is undone, though another file was edited later", () => {
    const { files, edit, texts } = twoFiles();
    edit({ r: "one" });
    edit({ l: "two" });
    files.undo.undoIn("r");
    expect(texts()).toEqual(["old", "two old"]);
    files.undo.undoIn("r");
    expect(texts()).toEqual(["old", "two old"]);
  });

  test("an edit of another file leaves what can be redone in this one", () => {
    const { files, edit, texts } = twoFiles();
    edit({ r: "one" });
    files.undo.undoIn("r");
    edit({ l: "two" });
    files.undo.redoIn("l");
    files.undo.redoIn("r");
    expect(texts()).toEqual(["one old", "two old"]);
    files.undo.undoIn("r");
    edit({ r: "three" });
    files.undo.redoIn("r");
    expect(texts()).toEqual(["three old", "two old"]);
  });

  test("an edit of two files is a step of each, and is undone and redone as one", () => {
    const { files, edit, texts } = twoFiles();
    edit({ r: "one", l: "one" });
    edit({ l: "two" });
    files.undo.undoIn("r");
    expect(texts()).toEqual(["old", "two old"]);
    files.undo.redoIn("l");
    expect(texts()).toEqual(["one old", "two one old"]);
  });

  test("a rename and a deletion are steps of their file", () => {
    const { files, edit, texts } = twoFiles();
    files.rename("l", "words.txt");
    files.remove("l");
    edit({ r: "one" });
    files.undo.undoIn("l");
    expect(files.list().map(({ path }) => path)).toContain("words.txt");
    files.undo.undoIn("l");
    expect(files.list().map(({ path }) => path)).toContain("labels.txt");
    expect(texts()).toEqual(["one old", "old"]);
  });
});

/** Deletes a word, replaces one, or inserts one, in a line by chance. */
function editWord(person: Person, chance: () => number): { readonly deleted: string; readonly inserted: string } {
  const pick = <Each>(from: readonly Each[]): Each => from[Math.floor(chance() * from.length)] as Each;
  const words = [...person.text.toJSON().matchAll(/[^\s:]+/g)];
  const inserted = pick(["", `${Math.floor(chance() * 1e6)}`, `w${Math.floor(chance() * 1e6)}`]);
  const word = words.length === 0 ? undefined : pick(words);
  if (word === undefined || (inserted !== "" && chance() < 0.3)) {
    person.edit(word?.index ?? 0, 0, `${inserted} `);
    return { deleted: "", inserted };
  }
  person.edit(word.index, word[0].length, inserted);
  return { deleted: word[0], inserted };
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

// protects: live/undo-of-others
test.each(SEEDS)("what nobody else touched comes back and goes again, in the words of two people (%i)", (seed) => {
  const chance = chanceOf(seed);
  const [sam, jo] = two("Runefile.yml", "one two: 1.5 three\n  four: 42 five six\nseven eight 9\n");
  // Each has words of their own in the same lines: what one deletes the other leaves alone.
  const all = [...sam.text.toJSON().matchAll(/[^\s:]+/g)].map(([word]) => word);
  const wordsOf = { sam: all.filter((_, index) => index % 2 === 0), jo: all.filter((_, index) => index % 2 === 1) };
  const edits: { before: string; after: string }[] = [];
  let joNumber = 0;
  for (let count = 0; count < 12; count++) {
    const isSam = chance() < 0.5;
    const [person, words] = isSam ? [sam, wordsOf.sam] : [jo, wordsOf.jo];
    const at = Math.floor(chance() * words.length);
    const [word] = words.splice(at, 1);
    if (word !== undefined) {
      const place = person.text.toJSON().search(new RegExp(`(?<![\\w.])${word.replace(".", "\\.")}(?![\\w.])`));
      const insert = chance() < 0.5 ? "" : `${isSam ? "sam" : "jo"}${count}`;
      person.edit(place, word.length, insert);
      if (isSam) edits.push({ before: word, after: insert });
    } else if (!isSam) {
      jo.edit(jo.text.length, 0, ` more${joNumber++}`);
    }
    if (chance() < 0.6) meet(sam, jo);
  }
  meet(sam, jo);
  const wordsIn = () => [...sam.text.toJSON().matchAll(/[^\s:]+/g)].map(([each]) => each);
  const written = sam.text.toJSON();
  for (const { before, after } of edits.toReversed()) {
    sam.files.undo.undo();
    expect(wordsIn()).toContain(before);
    if (after !== "") expect(wordsIn()).not.toContain(after);
  }
  for (const { before, after } of edits) {
    sam.files.undo.redo();
    expect(wordsIn()).not.toContain(before);
    if (after !== "") expect(wordsIn()).toContain(after);
  }
  expect(sam.text.toJSON()).toBe(written);
});

// protects: live/undo-of-others
test.each(SEEDS)("no word arises that nobody wrote, and what others wrote stays (%i)", (seed) => {
  const chance = chanceOf(1000 + seed);
  const people = two("Runefile.yml", "one two: 1.5 three\n  four: 42 five six\nseven eight 9\n");
  const wordsIn = ({ text }: Person) => [...text.toJSON().matchAll(/[^\s:]+/g)].map(([each]) => each);
  const knownWords = new Set(wordsIn(people[0]));
  for (let count = 0; count < 80; count++) {
    const [person, other] = chance() < 0.5 ? people : [people[1], people[0]];
    const act = chance();
    if (act < 0.5) {
      knownWords.add(editWord(person, chance).inserted);
      for (const word of wordsIn(person)) knownWords.add(word);
    } else {
      const othersLetters = lettersBy(person.text, other.files.doc.clientID);
      person.files.undo[act < 0.8 ? "undo" : "redo"]();
      for (const word of wordsIn(person)) expect(knownWords).toContain(word);
      expect(lettersBy(person.text, other.files.doc.clientID)).toBe(othersLetters);
    }
    meet(...people);
    for (const each of people) for (const word of wordsIn(each)) knownWords.add(word);
  }
});

/** The letters of a text that a client wrote and that are shown. */
function lettersBy(text: Y.Text, client: number): string {
  let letters = "";
  for (let item = text._start; item !== null; item = item.right)
    if (!item.deleted && item.id.client === client && item.content instanceof Y.ContentString)
      letters += item.content.str;
  return letters;
}
