import { beforeEach, afterEach, expect, test, vi } from "vitest";
import * as Y from "yjs";
import { UnsentEdits, type UnsentStorage } from "./unsent";

let entries: Map<string, string>;
let storage: UnsentStorage;
let server: Y.Doc;
let now: number;

beforeEach(() => {
  vi.useFakeTimers();
  now = 1000;
  entries = new Map();
  storage = {
    get length() {
      return entries.size;
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, value) => void entries.set(name, value),
    removeItem: (name) => void entries.delete(name),
  };
  server = new Y.Doc();
  server.getText("t").insert(0, "seed");
});

afterEach(() => {
  vi.useRealTimers();
});

const edits = (page: string, person = "p1", project = "x") =>
  new UnsentEdits({ storage, person, project, page, now: () => now });

/** A page that types these texts at the end, each kept as an edit. */
function type(unsent: UnsentEdits, ...texts: readonly string[]): void {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(server));
  doc.on("update", (update: Uint8Array) => unsent.add(update));
  for (const text of texts) doc.getText("t").insert(doc.getText("t").length, text);
}

function putBack(update: Uint8Array | null): string {
  if (update !== null) Y.applyUpdate(server, update);
  return server.getText("t").toJSON();
}

test("edits are written down when they are not stored soon, and are whole in the next visit", () => {
  type(edits("1"), " one", " two");
  expect(entries.size).toBe(0);
  vi.advanceTimersByTime(1500);
  expect(entries.size).toBe(1);
  const next = edits("2");
  expect(putBack(next.readEarlier())).toBe("seed one two");
  expect(putBack(next.readEarlier())).toBe("seed one two");
  next.deleteEarlier();
  expect(entries.size).toBe(0);
});

test("what is stored soon is never written down, and what was written is deleted once it is stored", () => {
  const unsent = edits("1");
  type(unsent, " one");
  unsent.clear();
  vi.advanceTimersByTime(5000);
  expect(entries.size).toBe(0);
  type(unsent, " two");
  vi.advanceTimersByTime(5000);
  expect(entries.size).toBe(1);
  unsent.clear();
  expect(entries.size).toBe(0);
});

test("another person and another project get nothing of it", () => {
  const unsent = edits("1");
  type(unsent, " secret");
  unsent.write();
  expect(edits("2", "p2").readEarlier()).toBeNull();
  expect(edits("2", "p1", "y").readEarlier()).toBeNull();
  expect(edits("2").readEarlier()).not.toBeNull();
});

test("after signing out in this browser nothing is left in it, and what is typed then is kept in the page alone until its person is back", () => {
  const unsent = edits("1");
  type(unsent, " one");
  unsent.write();
  unsent.setKeeping(false);
  type(unsent, " two");
  vi.advanceTimersByTime(5000);
  expect(entries.size).toBe(0);
  unsent.setKeeping(true);
  expect(entries.size).toBe(1);
});

test("what nobody came back for in a week is deleted, and what is no entry of ours is too", () => {
  const unsent = edits("1");
  type(unsent, " one");
  unsent.write();
  entries.set("hammer-forge unsent p1 x broken", "{");
  entries.set("something else", "{");
  now += 8 * 24 * 3600 * 1000;
  expect(edits("2").readEarlier()).toBeNull();
  expect([...entries.keys()]).toEqual(["something else"]);
});

test("a browser that keeps nothing does no harm", () => {
  storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const unsent = edits("1");
  type(unsent, " one");
  expect(() => unsent.write()).not.toThrow();
});
