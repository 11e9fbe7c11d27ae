// A serial port as a line. What the page needs of Web Serial is named here, since TypeScript's library does not have it.
import type { DeviceLine, LineEvents } from "./device";

/** The part of Web Serial that is used: https://wicg.github.io/serial/. */
export interface WebSerialPort {
  readonly open: (options: { readonly baudRate: number; readonly bufferSize?: number }) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
}

export interface Serial {
  readonly requestPort: () => Promise<WebSerialPort>;
}

export const BITS_A_SECOND = 921_600;
/** How long an answer may take, in milliseconds: longer than any run that is worth waiting for. What chatters meanwhile gains nothing. */
const TIMEOUT = 10_000;
const DROPPED = "The connection ended: the board was unplugged, or another program took its port.";

/** The browser's serial ports; null where it has none, or does not give them to this page. */
export function serialOf(navigator: object): Serial | null {
  return "serial" in navigator ? (navigator.serial as Serial) : null;
}

export class SerialLine implements DeviceLine {
  readonly #port: WebSerialPort;
  readonly #timeout: number;
  readonly #bitsASecond: number;
  #events: LineEvents | null = null;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(port: WebSerialPort, timeout = TIMEOUT, bitsASecond = BITS_A_SECOND) {
    this.#port = port;
    this.#timeout = timeout;
    this.#bitsASecond = bitsASecond;
  }

  readonly open = async (events: LineEvents): Promise<void> => {
    this.#events = events;
    await this.#port.open({ baudRate: this.#bitsASecond, bufferSize: 1 << 16 });
    this.#reading = this.#read();
  };

  readonly write = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    const writer = this.#port.writable?.getWriter();
    if (writer === undefined) throw new Error(DROPPED);
    try {
      await writer.write(bytes);
    } catch {
      throw new Error(DROPPED);
    } finally {
      writer.releaseLock();
    }
    this.#wait();
  };

  readonly close = async (): Promise<void> => {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#reader?.cancel().catch(() => undefined);
    await this.#reading;
    await this.#port.close().catch(() => undefined);
  };

  /** Until the line ends. A disturbed byte ends a stream of Web Serial, which then has another one. */
  async #read(): Promise<void> {
    while (this.#port.readable !== null && !this.#isClosing) {
      this.#reader = this.#port.readable.getReader();
      try {
        for (;;) {
          const { done, value } = await this.#reader.read();
          if (done) break;
          this.#events?.onBytes(value);
        }
        break;
      } catch {
        // The next stream, where there is one.
      } finally {
        this.#reader.releaseLock();
      }
    }
    clearTimeout(this.#timer);
    if (!this.#isClosing) this.#events?.onClosed(DROPPED);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (!this.#isClosing) this.#timer = setTimeout(() => this.#events?.onQuiet(), this.#timeout);
  }
}
