// The live document's socket: the stock y-websocket provider, and a truthful word on whether what was typed is stored.
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { afterSaving, isStored, NOTHING_YET, saveState, type Saving, type SavingEvent, type SaveState } from "./saving";

/** y-protocols: the first byte is the kind of message, the second the step of a sync. */
const SYNC = 0;
const STEP_1 = 0;
const STEP_2 = 1;

/** Ask whether it is stored this long after the last key, and at least this often while someone types on, in ms. */
const QUIET = 250;
const PATIENCE = 1000;
/** The provider closes a socket that is silent for 30 s; a question now and then keeps it open, in ms. */
const HEARTBEAT = 12_000;

function unsigned(value: number): number[] {
  const parts: number[] = [];
  let rest = value;
  while (rest > 127) {
    parts.push(128 | (rest & 127));
    rest >>>= 7;
  }
  return [...parts, rest];
}

/** A sync step 1 of this document, as y-protocols writes it. */
export function question(doc: Y.Doc): Uint8Array<ArrayBuffer> {
  const vector = Y.encodeStateVector(doc);
  return Uint8Array.from([SYNC, STEP_1, ...unsigned(vector.length), ...vector]);
}

export interface DocumentConnectionOptions {
  readonly doc: Y.Doc;
  /** The socket's address without its last part, which is "collab". */
  readonly address: string;
  readonly onState: (state: SaveState) => void;
  /** The document has been read whole for the first time. */
  readonly onRead: () => void;
  readonly webSocket?: typeof WebSocket;
}

export class DocumentConnection {
  private readonly provider: WebsocketProvider;
  private saving: Saving = NOTHING_YET;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private readonly heartbeat: ReturnType<typeof setInterval>;
  private waiting: (() => void)[] = [];
  /** Set when the server said that coming back is pointless: the project is gone, or one's role in it. */
  private closedForGood = false;
  /** Whether this socket has carried what was typed while away. Before that an answer would prove nothing. */
  private caughtUp = false;
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
    this.listenToSyncs();
    this.provider.on("status", ({ status }) => {
      if (status === "connected") {
        this.caughtUp = false;
        this.change("opened");
      }
      if (status === "disconnected") this.change("closed");
    });
    this.provider.on("sync", (synced) => {
      if (synced) options.onRead();
    });
    this.provider.on("closed", () => {
      this.closedForGood = true;
      this.tell();
    });
    this.onUpdate = (_, origin) => {
      if (origin === this.provider) return;
      this.change("edited");
      this.askSoon();
    };
    doc.on("update", this.onUpdate);
    this.heartbeat = setInterval(() => this.ask(), HEARTBEAT);
  }

  connect(): void {
    this.provider.connect();
  }

  /** Resolves when the server has stored all that was typed before the call. */
  stored(): Promise<void> {
    if (isStored(this.saving)) return Promise.resolve();
    this.ask();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Whether closing the page now would lose something. */
  get unsent(): boolean {
    return !isStored(this.saving);
  }

  close(): void {
    clearInterval(this.heartbeat);
    clearTimeout(this.quiet);
    clearTimeout(this.patience);
    this.options.doc.off("update", this.onUpdate);
    this.provider.destroy();
  }

  /** Hear of each sync message after the provider has handled it. */
  private listenToSyncs(): void {
    const handle = this.provider.messageHandlers[SYNC];
    if (handle === undefined) throw new Error("This version of y-websocket handles no sync messages.");
    this.provider.messageHandlers[SYNC] = (encoder, decoder, provider, emitSynced, kind) => {
      const step = decoder.arr[decoder.pos];
      handle(encoder, decoder, provider, emitSynced, kind);
      if (step === STEP_2) this.change("answered");
      // The server asks what it lacks and the provider answers when this returns, with all that was typed while away.
      if (step === STEP_1) setTimeout(() => this.catchUp());
    };
  }

  private catchUp(): void {
    this.caughtUp = true;
    if (!isStored(this.saving)) this.ask();
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
    if (!this.caughtUp || !this.provider.wsconnected || socket === null || socket.readyState !== socket.OPEN) return;
    socket.send(question(this.options.doc));
    this.change("asked");
  }

  private change(event: SavingEvent): void {
    this.saving = afterSaving(this.saving, event);
    if (isStored(this.saving)) {
      const waiting = this.waiting;
      this.waiting = [];
      for (const resolve of waiting) resolve();
    }
    this.tell();
  }

  private tell(): void {
    this.options.onState(this.closedForGood ? "closed" : saveState(this.saving));
  }
}
