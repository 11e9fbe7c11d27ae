import { beforeEach, describe, expect, test } from "vitest";
import * as Y from "yjs";
import { requestVector, covers, readProof, isStored, saveState } from "./saving";

let mine: Y.Doc;
let server: Y.Doc;

/** The server's answer from its document. */
function ask(storedClock = 0, clients: readonly number[] = [mine.clientID]) {
  const storedClocks = new Map(clients.map((client) => [client, storedClock]));
  return readProof(Y.encodeStateAsUpdate(server, requestVector(mine, storedClocks)), storedClocks);
}

function send(): void {
  Y.applyUpdate(server, Y.encodeStateAsUpdate(mine, Y.encodeStateVector(server)));
}

beforeEach(() => {
  mine = new Y.Doc();
  server = new Y.Doc();
  server.getText("t").insert(0, "hello");
  Y.applyUpdate(mine, Y.encodeStateAsUpdate(server));
});

describe("an edit is stored when the server's own document holds it", () => {
  test("an insertion", () => {
    mine.getText("t").insert(5, " world");
    expect(isStored(mine, ask())).toBe(false);
    send();
    expect(isStored(mine, ask())).toBe(true);
  });

  test("a deletion", () => {
    mine.getText("t").delete(1, 2);
    expect(isStored(mine, ask())).toBe(false);
    send();
    expect(isStored(mine, ask())).toBe(true);
  });

  test("a value in a map that replaces another", () => {
    mine.getMap("files").set("path", "a");
    mine.getMap("files").set("path", "b");
    expect(isStored(mine, ask())).toBe(false);
    send();
    expect(isStored(mine, ask())).toBe(true);
  });

  test("and not when only what stood before it is there", () => {
    mine.getText("t").insert(5, " world");
    send();
    mine.getText("t").insert(0, "x");
    expect(isStored(mine, ask())).toBe(false);
  });
});

test("asking again from what is known to be stored proves the rest", () => {
  mine.getText("t").insert(5, " world");
  send();
  const clock = ask().clocks.get(mine.clientID) ?? 0;
  expect(clock).toBeGreaterThan(0);
  mine.getText("t").insert(0, "x");
  expect(isStored(mine, ask(clock))).toBe(false);
  send();
  expect(isStored(mine, ask(clock))).toBe(true);
});

test("what others did meanwhile does not matter", () => {
  mine.getText("t").insert(5, " world");
  send();
  server.getText("t").delete(0, 3);
  expect(isStored(mine, ask())).toBe(true);
});

test("deletions are covered however the runs are cut", () => {
  const run = (clock: number, len: number) => ({ clock, len });
  expect(covers(new Map([[1, [run(4, 3), run(0, 4)]]]), new Map([[1, [run(2, 5)]]]))).toBe(true);
  expect(covers(new Map([[1, [run(0, 4)]]]), new Map([[1, [run(2, 5)]]]))).toBe(false);
  expect(covers(new Map(), new Map([[1, [run(2, 5)]]]))).toBe(false);
  expect(covers(new Map(), new Map())).toBe(true);
});

test("the page learns of both the connection and the edits", () => {
  expect([saveState(true, false), saveState(true, true), saveState(false, false), saveState(false, true)]).toEqual([
    "saved",
    "saving",
    "offline",
    "offline-unsent",
  ]);
});

test("edits of an earlier visit count only when the server has them too", () => {
  const earlier = new Y.Doc();
  Y.applyUpdate(earlier, Y.encodeStateAsUpdate(server));
  earlier.getText("t").insert(5, " again");
  Y.applyUpdate(mine, Y.encodeStateAsUpdate(earlier));
  expect(isStored(mine, ask(0, [mine.clientID, earlier.clientID]))).toBe(false);
  send();
  expect(isStored(mine, ask(0, [mine.clientID, earlier.clientID]))).toBe(true);
});
