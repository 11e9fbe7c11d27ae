// The live document's socket: the stock y-websocket provider, and a truthful word on whether what was typed is stored.
import { SIGNED_OUT } from "../../../declared/closing";
import type { Awareness } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { requestVector, readProof, isStored, saveState, type SaveState, type StoredClocks } from "./saving";

/** y-protocols: the first byte is the kind of message, the second the step of a sync. */
const SYNC = 0;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;
/** Our own kind of message (forge/collab/protocol/frames.py): how many frames with updates were heard before what comes next. */
const HEARD_FRAMES = 40;

/** Ask whether it is stored this long after the last key, and at least this often while someone types on, in ms. */
const QUIET = 250;
const LONGEST_PAUSE = 1000;
/** The provider closes a socket that is silent for 30 s; a question now and then keeps it open, in ms. */
const HEARTBEAT = 12_000;
/** Milliseconds after which text that the server did not confirm is reported as unsent: a socket can be open on a dead line. */
const SILENCE = 6000;

/** The origin of edits of an earlier visit that are put back. */
export const RESTORED_EDITS = "studio: kept edits";

/** A number in the protocol's variable length: seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  const parts: number[] = [];
  let rest = value;
  while (rest > 127) {
    parts.push(128 | (rest & 127));
    rest >>>= 7;
  }
  return [...parts, rest];
}

/** A sync step 1 with this state vector, as y-protocols writes it. */
export function question(vector: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([SYNC, STEP_1, ...varint(vector.length), ...vector]);
}

function heardFrame(frames: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([HEARD_FRAMES, ...varint(frames)]);
}

/** The bytes behind a variable length that stands at `start`. */
function bytesAfterLength(frame: Uint8Array, start: number): Uint8Array {
  let length = 0;
  let at = start;
  for (let shift = 0; ; shift += 7) {
    const byte = frame[at++] ?? 0;
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) return frame.subarray(at, at + length);
  }
}

export interface DocumentConnectionOptions {
  readonly doc: Y.Doc;
  /** The socket's address without its last part, which is "collab". */
  readonly address: string;
  /** The person's id: edits of theirs are sent in no other's name. */
  readonly person: string;
  /** `reason` is the server's, when it closed for good; else "". */
  readonly onState: (state: SaveState, reason: string) => void;
  /** The document has been read whole for the first time. */
  readonly onRead: () => void;
  /** The page has no session, or another person's; it is opened again by `connect`. */
  readonly onSignedOut: () => void;
  /** An edit was made here that is to be kept until it is stored. */
  readonly onEdit?: (update: Uint8Array) => void;
  /** All edits that were made here are stored. */
  readonly onStored?: () => void;
  readonly webSocket?: typeof WebSocket;
}

export class DocumentConnection {
  private readonly provider: WebsocketProvider;
  private connected = false;
  /** Whether the document holds something that the server is not known to have stored. */
  private dirty = false;
  /** The clocks of the clients whose edits this page answers for. */
  private storedClocks: StoredClocks = new Map();
  /** The server's words when it said that coming back is pointless. */
  private closedFor: string | null = null;
  private waiting: { readonly resolve: () => void; readonly reject: (reason: Error) => void }[] = [];
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private longestPause: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private silent = false;
  private readonly heartbeat: ReturnType<typeof setInterval>;
  /** For this socket: frames with updates that were heard, and how many the server knows of. */
  private heardCount = 0;
  private acknowledgedCount = 0;
  private readonly onUpdate: (update: Uint8Array, origin: unknown) => void;

  constructor(private readonly options: DocumentConnectionOptions) {
    const { doc, address, person, webSocket } = options;
    // Before the provider listens: the server hears it before the edit.
    doc.on("update", this.sendHeard);
    this.provider = new WebsocketProvider(address, "collab", doc, {
      connect: false,
      disableBc: true,
      maxBackoffTime: 5000,
      params: { as: person },
      ...(webSocket === undefined ? {} : { WebSocketPolyfill: webSocket }),
    });
    this.provider.awareness.setLocalState(null);
    this.listenToAnswers();
    this.provider.on("status", ({ status }) => {
      const connected = status === "connected";
      if (connected === this.connected) return;
      this.connected = connected;
      this.heardCount = this.acknowledgedCount = 0;
      // Also that of nothing: the server then knows that this page says it.
      if (connected) this.provider.ws?.send(heardFrame(0));
      this.serverReplied();
      // Edits from before the connection go out when the server asks; then the page asks whether they are stored.
      if (this.connected && this.dirty) this.askSoon();
      this.publishState();
    });
    this.provider.on("sync", (synced) => {
      if (synced) options.onRead();
    });
    this.provider.on("closed", ({ code, reason }) => {
      if (code === SIGNED_OUT) {
        options.onSignedOut();
        return;
      }
      this.closedFor = reason;
      for (const { reject } of this.waiting.splice(0)) reject(new Error(reason));
      this.publishState();
    });
    this.onUpdate = (update, origin) => {
      if (origin === this.provider) return;
      options.onEdit?.(update);
      this.dirty = true;
      this.listenFor();
      this.publishState();
      this.askSoon();
    };
    doc.on("update", this.onUpdate);
    this.heartbeat = setInterval(() => this.ask(), HEARTBEAT);
  }

  /** The states that the pages of this project share. */
  get awareness(): Awareness {
    return this.provider.awareness;
  }

  connect(): void {
    this.provider.connect();
  }

  /** Put back edits of an earlier visit, which were not known to be stored; what the document has already changes nothing.
   * Answers whether they fit: not when what they build on is gone, as after a database was put back. */
  restore(update: Uint8Array): boolean {
    const { doc } = this.options;
    const trial = new Y.Doc();
    Y.applyUpdate(trial, Y.encodeStateAsUpdate(doc));
    Y.applyUpdate(trial, update);
    const fits = trial.store.pendingStructs === null && trial.store.pendingDs === null;
    trial.destroy();
    if (!fits) return false;
    const clocks = new Map(this.storedClocks);
    for (const { id } of Y.decodeUpdate(update).structs) if (!clocks.has(id.client)) clocks.set(id.client, 0);
    this.storedClocks = clocks;
    Y.applyUpdate(doc, update, RESTORED_EDITS);
    return true;
  }

  /** Resolves when the server has stored all that was typed. Rejects with the server's words when it closed for good. */
  waitUntilStored(): Promise<void> {
    if (!this.dirty) return Promise.resolve();
    if (this.closedFor !== null) return Promise.reject(new Error(this.closedFor));
    this.ask();
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Whether closing the page now could lose something. */
  get unsent(): boolean {
    return this.dirty;
  }

  close(): void {
    clearInterval(this.heartbeat);
    clearTimeout(this.quiet);
    clearTimeout(this.longestPause);
    clearTimeout(this.silence);
    this.options.doc.off("update", this.onUpdate);
    this.options.doc.off("update", this.sendHeard);
    this.provider.destroy();
  }

  /** Look into each sync step 2 after the provider has applied it. */
  private listenToAnswers(): void {
    const handle = this.provider.messageHandlers[SYNC];
    if (handle === undefined) throw new Error("This version of y-websocket handles no sync messages.");
    this.provider.messageHandlers[SYNC] = (encoder, decoder, provider, emitSynced, kind) => {
      const { arr, pos } = decoder;
      handle(encoder, decoder, provider, emitSynced, kind);
      if (arr[pos] === STEP_2 || arr[pos] === UPDATE) this.heardCount++;
      if (arr[pos] === STEP_2) this.onAnswer(bytesAfterLength(arr, pos + 1));
    };
  }

  /** Say what an edit was made upon, so that the server sees which edits of others its author had not seen. */
  private readonly sendHeard = (_update: Uint8Array, origin: unknown): void => {
    const socket = this.provider.ws;
    if (origin === this.provider || this.heardCount === this.acknowledgedCount || socket?.readyState !== socket?.OPEN)
      return;
    this.acknowledgedCount = this.heardCount;
    socket?.send(heardFrame(this.heardCount));
  };

  private onAnswer(update: Uint8Array): void {
    const { doc } = this.options;
    const proof = readProof(update, this.ours());
    this.storedClocks = proof.clocks;
    if (!this.dirty) return;
    this.serverReplied();
    if (!isStored(doc, proof)) {
      this.askSoon();
      this.publishState();
      return;
    }
    this.dirty = false;
    clearTimeout(this.silence);
    this.silence = undefined;
    for (const { resolve } of this.waiting.splice(0)) resolve();
    this.options.onStored?.();
    this.publishState();
  }

  /** Yjs gives a page another client id when it meets its own in use: each that was ours stays ours. */
  private ours(): StoredClocks {
    const { clientID } = this.options.doc;
    if (!this.storedClocks.has(clientID)) this.storedClocks = new Map([...this.storedClocks, [clientID, 0]]);
    return this.storedClocks;
  }

  private listenFor(): void {
    this.silence ??= setTimeout(() => {
      this.silent = true;
      this.publishState();
    }, SILENCE);
  }

  /** The line is alive; while something is still to be stored, the next word is listened for. */
  private serverReplied(): void {
    clearTimeout(this.silence);
    this.silence = undefined;
    this.silent = false;
    if (this.dirty) this.listenFor();
  }

  private askSoon(): void {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.ask(), QUIET);
    this.longestPause ??= setTimeout(() => this.ask(), LONGEST_PAUSE);
  }

  private ask(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.longestPause);
    this.longestPause = undefined;
    const socket = this.provider.ws;
    if (!this.provider.wsconnected || socket === null || socket.readyState !== socket.OPEN) return;
    socket.send(question(requestVector(this.options.doc, this.ours())));
  }

  private publishState(): void {
    if (this.closedFor === null) this.options.onState(saveState(this.connected && !this.silent, this.dirty), "");
    else this.options.onState("closed", this.closedFor);
  }
}
