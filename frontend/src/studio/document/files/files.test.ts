import { beforeEach, describe, expect, test, vi } from "vitest";
import * as Y from "yjs";
import { ProjectFiles } from "./files";

let doc: Y.Doc;
let files: ProjectFiles;

/** The server's seed, in a transaction of its own. */
function seed(id: string, path: string, content: string): void {
  doc.transact(() => {
    doc.getMap("files").set(
      id,
      new Y.Map<unknown>([
        ["path", path],
        ["kind", "text"],
        ["text", new Y.Text(content)],
      ]),
    );
  }, "the server");
}

beforeEach(() => {
  doc = new Y.Doc();
  files = new ProjectFiles(doc);
  seed("1", "Runefile.yml", "version: 1\n");
  seed("2", "labels.txt", "yes\n");
});

test("texts and binary files are listed by path", () => {
  doc.getMap("files").set(
    "3",
    new Y.Map<unknown>([
      ["path", "models/a.tflite"],
      ["kind", "binary"],
      ["digest", "sha256:9f"],
      ["size", 54],
    ]),
  );
  expect(files.list().map(({ path, kind, size }) => ({ path, kind, size }))).toEqual([
    { path: "labels.txt", kind: "text", size: null },
    { path: "models/a.tflite", kind: "binary", size: 54 },
    { path: "Runefile.yml", kind: "text", size: null },
  ]);
});

test("what a foreign client wrote wrongly is passed over", () => {
  doc.getMap("files").set("9", "not a map");
  doc.getMap("files").set("8", new Y.Map<unknown>([["path", 5]]));
  expect(files.list()).toHaveLength(2);
});

test("two files of one path are both kept and marked", () => {
  seed("3", "labels.txt", "no\n");
  expect(
    files
      .list()
      .filter((file) => file.doubled)
      .map((file) => file.id),
  ).toEqual(["2", "3"]);
});

describe("a delete", () => {
  test("is a value, so that what another types meanwhile is not lost", () => {
    const text = files.text("2");
    files.remove("2");
    text?.insert(0, "up\n");
    expect(files.list().map((file) => file.path)).toEqual(["Runefile.yml"]);
    files.restore("2");
    expect(files.text("2")?.toJSON()).toBe("up\nyes\n");
  });

  test("is taken back by undo", () => {
    files.remove("2");
    files.undo.undo();
    expect(files.list()).toHaveLength(2);
  });
});

test("a rename moves no text and is a step of undo by itself", () => {
  const text = files.text("2");
  files.rename("2", "words.txt");
  files.rename("2", "w.txt");
  expect(files.text("2")).toBe(text);
  files.undo.undo();
  expect(files.list().map((file) => file.path)).toEqual(["Runefile.yml", "words.txt"]);
});

test("what the server or another person did is not taken back by my undo", () => {
  files.undo.undo();
  expect(files.list()).toHaveLength(2);
});

test("changes are announced by name, not by key", () => {
  const onNames = vi.fn();
  const stop = files.onNames(onNames);
  files.text("2")?.insert(0, "x");
  expect(onNames).not.toHaveBeenCalled();
  files.rename("2", "words.txt");
  expect(onNames).toHaveBeenCalledTimes(1);
  stop();
  files.rename("2", "labels.txt");
  expect(onNames).toHaveBeenCalledTimes(1);
});

test("a text knows its file", () => {
  expect(files.fileOf(files.text("1"))).toBe("1");
  expect(files.fileOf(new Y.Text())).toBeNull();
});

test("a folder moves and is deleted as one step", () => {
  files.move(
    new Map([
      ["1", "a/Runefile.yml"],
      ["2", "a/labels.txt"],
    ]),
  );
  expect(files.list().map((file) => file.path)).toEqual(["a/labels.txt", "a/Runefile.yml"]);
  files.removeAll(["1", "2"]);
  expect(files.list()).toEqual([]);
  files.undo.undo();
  expect(files.list()).toHaveLength(2);
  files.undo.undo();
  expect(files.list().map((file) => file.path)).toEqual(["labels.txt", "Runefile.yml"]);
});

test("what was deleted is listed with the client that did it, and comes back under a free path", () => {
  files.remove("2");
  expect(files.deletedFiles()).toEqual([
    { id: "2", path: "labels.txt", kind: "text", client: doc.clientID, reason: null },
  ]);
  files.restore("2", "labels 2.txt");
  expect(files.deletedFiles()).toEqual([]);
  expect(files.list().map((file) => file.path)).toEqual(["labels 2.txt", "Runefile.yml"]);
});

test("a recording that was taken back is listed as gone, and no undo brings it back", () => {
  files.remove("2");
  (doc.getMap("files").get("2") as Y.Map<unknown>).set("gone", "taken back");
  files.undo.undo();
  expect(files.deletedFiles()).toMatchObject([{ id: "2", reason: "taken back" }]);
  expect(files.list().map((file) => file.path)).toEqual(["Runefile.yml"]);
});

test("an update that the server made for this page is a step of its undo", () => {
  const server = new Y.Doc();
  Y.applyUpdate(server, Y.encodeStateAsUpdate(doc));
  const before = Y.encodeStateVector(server);
  const file = server.getMap<Y.Map<unknown>>("files").get("2");
  (file?.get("text") as Y.Text).insert(0, "up\n");
  file?.set("path", "words.txt");
  files.apply(Y.encodeStateAsUpdate(server, before));
  expect(files.text("2")?.toJSON()).toBe("up\nyes\n");
  files.undo.undo();
  expect(files.text("2")?.toJSON()).toBe("yes\n");
  expect(files.list().map((each) => each.path)).toEqual(["labels.txt", "Runefile.yml"]);
  files.undo.redo();
  expect(files.text("2")?.toJSON()).toBe("up\nyes\n");
});

// protects: uploads/two-spellings
test("names with combining accents are listed, and written, with accented letters", () => {
  seed("3", "e\u0301.txt", "one");
  seed("4", "\u00e9.txt", "two");
  const listed = files.list().filter(({ path }) => path === "\u00e9.txt");
  expect(listed.map(({ id, doubled }) => [id, doubled])).toEqual([
    ["3", true],
    ["4", true],
  ]);
  files.rename("4", "u\u0308.txt");
  expect((doc.getMap("files").get("4") as Y.Map<unknown>).get("path")).toBe("\u00fc.txt");
});
