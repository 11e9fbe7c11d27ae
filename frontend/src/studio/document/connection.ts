// The live document's socket: the stock y-websocket provider, and a truthful word on whether what was typed is stored.
import type { Awareness } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import type * as Y from "yjs";
import { askingVector, hear, isStored, saveState, type SaveState } from "./saving";

/** y-protocols: the first byte is the kind of message, the second the step of a sync. */
const SYNC = 0;
const STEP_1 = 0;
const STEP_2 = 1;

/** Ask whether it is stored this long after the last key, and at least this often while someone types on, in ms. */
const QUIET = 250;
const PATIENCE = 1000;
/** The provider closes a socket that is silent for 30 s; a question now and then keeps it open, in ms. */
const HEARTBEAT = 12_000;
/** A socket can be open on a dead line. What was typed and is not known to be stored after this long is told as unsent, in ms. */
const SILENCE = 6000;

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

/** The bytes behind a variable length that stands at `start`. */
function counted(frame: Uint8Array, start: number): Uint8Array {
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
  /** `reason` is the server's, when it closed for good; else "". */
  readonly onState: (state: SaveState, reason: string) => void;
  /** The document has been read whole for the first time. */
  readonly onRead: () => void;
  readonly webSocket?: typeof WebSocket;
}

export class DocumentConnection {
  private readonly provider: WebsocketProvider;
  private connected = false;
  /** Whether the document holds something that the server is not known to have stored. */
  private dirty = false;
  private storedClock = 0;
  /** The server's words when it said that coming back is pointless. */
  private closedFor: string | null = null;
  private waiting: (() => void)[] = [];
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private silent = false;
  private readonly heartbeat: ReturnType<typeof setInterval>;
  private readonly onUpdate: (update: Uint8Array, origin: unknown) => void;

  constructor(private readonly options: DocumentConnectionOptions) {
    const { doc, address, webSocket } = options;
    this.provider = new WebsocketProvider(address, "collab", doc, {
      connect: false,
      disableBc: true,
      maxBackoffTime: 5000,
      ...(webSocket === undefined ? {} : { WebSocketPolyfill: webSocket }),
    });
    this.provider.awareness.setLocalState(null);
    this.listenToAnswers();
    this.provider.on("status", ({ status }) => {
      const connected = status === "connected";
      if (connected === this.connected) return;
      this.connected = connected;
      this.heard();
      // What was typed while away goes out when the server asks; then it is asked whether it is there.
      if (this.connected && this.dirty) this.askSoon();
      this.tell();
    });
    this.provider.on("sync", (synced) => {
      if (synced) options.onRead();
    });
    this.provider.on("closed", ({ reason }) => {
      this.closedFor = reason;
      this.tell();
    });
    this.onUpdate = (_, origin) => {
      if (origin === this.provider) return;
      this.dirty = true;
      this.listenFor();
      this.tell();
      this.askSoon();
    };
    doc.on("update", this.onUpdate);
    this.heartbeat = setInterval(() => this.ask(), HEARTBEAT);
  }

  /** What the pages of this project say of themselves. */
  get awareness(): Awareness {
    return this.provider.awareness;
  }

  connect(): void {
    this.provider.connect();
  }

  /** Resolves when the server has stored all that was typed. */
  stored(): Promise<void> {
    if (!this.dirty) return Promise.resolve();
    this.ask();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Whether closing the page now could lose something. */
  get unsent(): boolean {
    return this.dirty;
  }

  close(): void {
    clearInterval(this.heartbeat);
    clearTimeout(this.quiet);
    clearTimeout(this.patience);
    clearTimeout(this.silence);
    this.options.doc.off("update", this.onUpdate);
    this.provider.destroy();
  }

  /** Look into each sync step 2 after the provider has applied it. */
  private listenToAnswers(): void {
    const handle = this.provider.messageHandlers[SYNC];
    if (handle === undefined) throw new Error("This version of y-websocket handles no sync messages.");
    this.provider.messageHandlers[SYNC] = (encoder, decoder, provider, emitSynced, kind) => {
      const { arr, pos } = decoder;
      handle(encoder, decoder, provider, emitSynced, kind);
      if (arr[pos] === STEP_2) this.answered(counted(arr, pos + 1));
    };
  }

  private answered(update: Uint8Array): void {
    const { doc } = this.options;
    const heard = hear(update, doc.clientID, this.storedClock);
    this.storedClock = heard.clock;
    if (!this.dirty) return;
    this.heard();
    if (!isStored(doc, heard)) {
      this.askSoon();
      this.tell();
      return;
    }
    this.dirty = false;
    clearTimeout(this.silence);
    this.silence = undefined;
    for (const resolve of this.waiting.splice(0)) resolve();
    this.tell();
  }

  private listenFor(): void {
    this.silence ??= setTimeout(() => {
      this.silent = true;
      this.tell();
    }, SILENCE);
  }

  /** The line is alive; while something is still to be stored, the next word is listened for. */
  private heard(): void {
    clearTimeout(this.silence);
    this.silence = undefined;
    this.silent = false;
    if (this.dirty) this.listenFor();
  }

  private askSoon(): void {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.ask(), QUIET);
    this.patience ??= setTimeout(() => this.ask(), PATIENCE);
  }

  private ask(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.patience);
    this.patience = undefined;
    const socket = this.provider.ws;
    if (!this.provider.wsconnected || socket === null || socket.readyState !== socket.OPEN) return;
    socket.send(question(askingVector(this.options.doc, this.storedClock)));
  }

  private tell(): void {
    if (this.closedFor === null) this.options.onState(saveState(this.connected && !this.silent, this.dirty), "");
    else this.options.onState("closed", this.closedFor);
  }
}
