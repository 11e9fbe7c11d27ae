import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as sync from "y-protocols/sync";
import * as Y from "yjs";
import { DocumentConnection, question } from "./connection";
import type { SaveState } from "./saving";

/** A server of the y-websocket protocol with one document, and the sockets that lead to it. */
class Server {
  readonly doc = new Y.Doc();
  /** While true, updates that come in wait to be stored; questions are answered from what is stored. */
  busy = false;
  up = true;
  private unread: (() => void)[] = [];
  readonly sockets: WireSocket[] = [];

  accept(socket: WireSocket): void {
    this.sockets.push(socket);
    const hello = encoding.createEncoder();
    encoding.writeVarUint(hello, 0);
    sync.writeSyncStep1(hello, this.doc);
    socket.receive(encoding.toUint8Array(hello));
  }

  handle(socket: WireSocket, frame: Uint8Array): void {
    const read = (): void => {
      const decoder = decoding.createDecoder(frame);
      const answer = encoding.createEncoder();
      if (decoding.readVarUint(decoder) !== 0) return;
      encoding.writeVarUint(answer, 0);
      sync.readSyncMessage(decoder, answer, this.doc, socket);
      if (encoding.length(answer) > 1) socket.receive(encoding.toUint8Array(answer));
    };
    if (this.busy && frame[1] !== sync.messageYjsSyncStep1) this.unread.push(read);
    else read();
  }

  catchUp(): void {
    this.busy = false;
    for (const read of this.unread.splice(0)) read();
  }

  down(): void {
    this.up = false;
    this.unread = [];
    for (const socket of this.sockets.splice(0)) socket.drop();
  }
}

let server: Server;

class WireSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly OPEN = 1;
  readyState = 0;
  binaryType = "";
  /** While the line is dead: what was sent and has not arrived. Nobody says so. */
  private delayedFrames: Uint8Array[] | null = null;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: object) => void) | null = null;
  onerror: ((event: object) => void) | null = null;

  constructor(readonly url: string) {
    setTimeout(() => {
      if (!server.up) return this.drop();
      this.readyState = 1;
      this.onopen?.();
      server.accept(this);
    });
  }

  send(frame: Uint8Array): void {
    const copy = frame.slice();
    if (this.delayedFrames !== null) {
      this.delayedFrames.push(copy);
      return;
    }
    setTimeout(() => {
      if (this.readyState === 1) server.handle(this, copy);
    });
  }

  die(): void {
    this.delayedFrames = [];
  }

  revive(): void {
    const delayedFrames = this.delayedFrames ?? [];
    this.delayedFrames = null;
    for (const frame of delayedFrames) this.send(frame);
  }

  receive(frame: Uint8Array): void {
    setTimeout(() => {
      if (this.readyState === 1) this.onmessage?.({ data: frame.slice().buffer });
    });
  }

  drop(code = 1006, reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  close(): void {
    this.readyState = 3;
  }
}

let doc: Y.Doc;
let states: SaveState[];
let reasons: string[];
let connection: DocumentConnection;
const onRead = vi.fn();
const onSignedOut = vi.fn();
const onEdit = vi.fn<(update: Uint8Array) => void>();
const onStored = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  server.doc.getText("t").insert(0, "seed ");
  doc = new Y.Doc();
  states = [];
  reasons = [];
  for (const each of [onRead, onSignedOut, onEdit, onStored]) each.mockReset();
  connection = new DocumentConnection({
    doc,
    address: "ws://forge/ws/projects/acme/keywords",
    person: "p1",
    onSignedOut,
    onEdit,
    onStored,
    onState: (state, reason) => {
      states.push(state);
      reasons.push(reason);
    },
    onRead,
    webSocket: WireSocket as unknown as typeof WebSocket,
  });
  connection.connect();
});

afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

const soon = (): Promise<unknown> => vi.advanceTimersByTimeAsync(50);

test("the document is read from the server", async () => {
  await soon();
  expect(doc.getText("t").toJSON()).toBe("seed ");
  expect(onRead).toHaveBeenCalledTimes(1);
  expect(states.at(-1)).toBe("saved");
  expect(server.sockets[0]?.url).toBe("ws://forge/ws/projects/acme/keywords/collab?as=p1");
});

test("an edit says how many updates were heard before it, from none on", async () => {
  const frames: number[][] = [];
  const handle = server.handle.bind(server);
  server.handle = (socket, frame) => {
    if (frame[0] === 40 || frame[1] === sync.messageYjsUpdate) frames.push([...frame.subarray(0, 2)]);
    handle(socket, frame);
  };
  await soon();
  doc.getText("t").insert(0, "my ");
  doc.getText("t").insert(0, "own ");
  await soon();
  expect(frames).toEqual([
    [40, 0],
    [40, 1],
    [0, 2],
    [0, 2],
  ]);
});

test("an edit is saving until the server has stored it, whatever it answers meanwhile, then saved", async () => {
  await soon();
  server.busy = true;
  doc.getText("t").insert(0, "my ");
  await vi.advanceTimersByTimeAsync(2000);
  expect(states.at(-1)).toBe("saving");
  expect(connection.unsent).toBe(true);
  server.catchUp();
  await vi.advanceTimersByTimeAsync(400);
  expect(states.at(-1)).toBe("saved");
  expect(server.doc.getText("t").toJSON()).toBe("my seed ");
});

test("what is typed while the server is down is kept, said, and sent when it is back", async () => {
  await soon();
  server.down();
  doc.getText("t").insert(0, "kept ");
  await vi.advanceTimersByTimeAsync(3000);
  expect(states.at(-1)).toBe("offline-unsent");
  server.up = true;
  await vi.advanceTimersByTimeAsync(6000);
  expect(states.at(-1)).toBe("saved");
  expect(server.doc.getText("t").toJSON()).toBe("kept seed ");
});

test("an edit that was lost on the way with its socket is not called saved before it is sent again", async () => {
  await soon();
  server.busy = true;
  doc.getText("t").insert(0, "lost ");
  await soon();
  server.down();
  server.busy = false;
  server.up = true;
  expect(states.at(-1)).toBe("offline-unsent");
  await vi.advanceTimersByTimeAsync(6000);
  expect(server.doc.getText("t").toJSON()).toBe("lost seed ");
  expect(states.at(-1)).toBe("saved");
});

test("who waits for storing goes on when it is stored", async () => {
  await soon();
  server.busy = true;
  doc.getText("t").insert(0, "x");
  const after = vi.fn();
  void connection.waitUntilStored().then(after);
  await soon();
  expect(after).not.toHaveBeenCalled();
  server.catchUp();
  await vi.advanceTimersByTimeAsync(400);
  expect(after).toHaveBeenCalled();
});

test("who waits for storing gets the reason when the server closes for good", async () => {
  await soon();
  server.busy = true;
  doc.getText("t").insert(0, "x");
  const reason = "You no longer have access to this project.";
  const refusals = [expect(connection.waitUntilStored()).rejects.toThrow(reason)];
  server.sockets[0]?.drop(4403, reason);
  await soon();
  refusals.push(expect(connection.waitUntilStored()).rejects.toThrow(reason));
  await Promise.all(refusals);
});

test("an idle socket stays open past the provider's watchdog", async () => {
  await soon();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(server.sockets).toHaveLength(1);
  expect(states).not.toContain("offline");
});

test("on a line that is open but dead, what was typed is reported as unsent, until the server answers", async () => {
  await soon();
  const [socket] = server.sockets;
  if (socket === undefined) throw new Error("no socket");
  socket.die();
  doc.getText("t").insert(0, "x");
  await vi.advanceTimersByTimeAsync(5000);
  expect(states.at(-1)).toBe("saving");
  await vi.advanceTimersByTimeAsync(2000);
  expect(states.at(-1)).toBe("offline-unsent");
  doc.getText("t").insert(1, "y");
  socket.revive();
  await vi.advanceTimersByTimeAsync(400);
  expect(states.at(-1)).toBe("saved");
  expect(server.doc.getText("t").toJSON()).toContain("xy");
});

test("when the server closes for good, its reason is reported and nothing is tried again", async () => {
  await soon();
  server.sockets[0]?.drop(4403, "You no longer have access to this project.");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(states.at(-1)).toBe("closed");
  expect(reasons.at(-1)).toBe("You no longer have access to this project.");
  expect(server.sockets).toHaveLength(1);
});

test("our question is the one of y-protocols", () => {
  for (let client = 0; client < 60; client++) {
    const other = new Y.Doc();
    other.getText("t").insert(0, "x");
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  sync.writeSyncStep1(encoder, doc);
  expect(question(Y.encodeStateVector(doc))).toEqual(encoding.toUint8Array(encoder));
});

test("when the session ended nothing is lost or sent, and what was typed goes out once its person is back", async () => {
  await soon();
  for (const socket of server.sockets.splice(0)) socket.drop(4401, "You are signed out, or someone else is signed in.");
  doc.getText("t").insert(0, "mine ");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onSignedOut).toHaveBeenCalledTimes(1);
  expect(states.at(-1)).toBe("offline-unsent");
  expect(server.sockets).toHaveLength(0);
  connection.connect();
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.doc.getText("t").toJSON()).toBe("mine seed ");
  expect(states.at(-1)).toBe("saved");
});

test("edits of a visit that ended before they were sent are put back once, sent, and known to be stored only then", async () => {
  await soon();
  const earlier = new Y.Doc();
  Y.applyUpdate(earlier, Y.encodeStateAsUpdate(server.doc));
  earlier.getText("t").insert(5, "kept ");
  const update = Y.encodeStateAsUpdate(earlier, Y.encodeStateVector(server.doc));
  server.busy = true;
  expect(connection.restore(update)).toBe(true);
  expect(onEdit).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(3000);
  expect(onStored).not.toHaveBeenCalled();
  server.catchUp();
  await vi.advanceTimersByTimeAsync(1500);
  expect(onStored).toHaveBeenCalledTimes(1);
  expect(connection.restore(update)).toBe(true);
  expect(connection.unsent).toBe(false);
  expect(server.doc.getText("t").toJSON()).toBe("seed kept ");
});

test("edits that build on what is not there any more are refused and change nothing", async () => {
  await soon();
  const other = new Y.Doc();
  other.getText("t").insert(0, "another past ");
  const before = Y.encodeStateVector(other);
  other.getText("t").insert(3, "lost");
  expect(connection.restore(Y.encodeStateAsUpdate(other, before))).toBe(false);
  expect(doc.getText("t").toJSON()).toBe("seed ");
  expect(connection.unsent).toBe(false);
});
