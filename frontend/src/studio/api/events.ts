// Follows a project's event log over a socket: in order, once each, with a fresh read whenever a number is missing.
// Sockets may lose messages; nothing here depends on them.
import { SIGNED_OUT } from "../../declared/closing";
import type { ProjectEvent } from "../../api/schema";
import { readPushedRune, type PushedRune } from "./pushed-rune";

/** The part of a WebSocket that is used, so that a test can stand in for the wire. */
export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  /** Binary messages come as buffers. */
  binaryType: BinaryType;
  onclose: ((event: CloseEvent) => void) | null;
  close(): void;
}

export interface EventStreamOptions {
  /** The socket's address, without the number to start after. */
  readonly address: string;
  /** The person's id: the stream is opened for nobody else. */
  readonly person: string;
  /** The page has no session, or another person's; it is opened again by `retry`. */
  readonly onSignedOut: () => void;
  /** The number that the state, which the page has, was read at. */
  readonly sequence: number;
  readonly open?: (address: string) => Socket;
  /** Read the current state again; answers the number that it was read at. */
  readonly refetch: () => Promise<number>;
  readonly onEvent: (event: ProjectEvent) => void;
  /** The rune of the newest text, which comes before the event that says so, or not at all. */
  readonly onRune: (rune: PushedRune) => void;
  readonly onConnected: (connected: boolean) => void;
}

/** As in document/connection.ts. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 8000;

interface Message {
  readonly sequence: number;
  readonly type: string;
}

function parse(data: unknown): Message | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null) return null;
    const { sequence, type } = value as { sequence?: unknown; type?: unknown };
    return typeof sequence === "number" && typeof type === "string" ? (value as Message) : null;
  } catch {
    return null;
  }
}

export class EventStream {
  private sequence: number;
  private socket: Socket | null = null;
  private wait = FIRST_WAIT;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;
  private reading = false;
  /** Whether the state may have changed since it was read, or since its reading began, without an event of its own. */
  private isStale = false;
  /** Events that came while the state was being read. */
  private pendingEvents: ProjectEvent[] = [];

  constructor(private readonly options: EventStreamOptions) {
    this.sequence = options.sequence;
  }

  start(): void {
    if (this.ended || this.socket !== null) return;
    const open = this.options.open ?? ((address: string) => new WebSocket(address));
    const socket = open(
      `${this.options.address}?after=${this.sequence}&runes=1&as=${encodeURIComponent(this.options.person)}`,
    );
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (this.socket !== socket) return;
      if (data instanceof ArrayBuffer) this.options.onRune(readPushedRune(data));
      else this.receive(parse(data));
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.isStale = true;
      this.options.onConnected(false);
      if (code === SIGNED_OUT) this.options.onSignedOut();
      else this.later();
    };
  }

  /** Try at once, as when the browser says that it is online again. */
  retry(): void {
    if (this.socket !== null) return;
    clearTimeout(this.timer);
    this.start();
  }

  stop(): void {
    this.ended = true;
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private later(): void {
    if (this.ended) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  private receive(message: Message | null): void {
    if (message === null) return;
    if (message.type === "hello") {
      this.wait = FIRST_WAIT;
      this.options.onConnected(true);
      // A number below ours is another log (a database put back); one above is events that may not be sent again.
      if (message.sequence !== this.sequence || this.isStale) void this.readAgain();
      return;
    }
    if (message.type === "state.changed") {
      // The event is about rights or a name, and not of the project's own log.
      void this.readAgain();
      return;
    }
    const event = message as ProjectEvent;
    if (this.reading) {
      this.pendingEvents.push(event);
    } else if (event.sequence === this.sequence + 1) {
      this.sequence = event.sequence;
      this.options.onEvent(event);
    } else if (event.sequence > this.sequence) {
      void this.readAgain();
    }
  }

  /** Read the state again; events that come meanwhile are applied after it. */
  async readAgain(): Promise<void> {
    this.isStale = true;
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.isStale) {
        this.isStale = false;
        this.sequence = await this.options.refetch();
      }
    } catch {
      // Begin again from the socket, whose hello leads here once more.
      this.isStale = true;
      this.pendingEvents = [];
      this.socket?.close();
      return;
    } finally {
      this.reading = false;
    }
    const events = this.pendingEvents;
    this.pendingEvents = [];
    for (const event of events) this.receive(event);
  }
}
