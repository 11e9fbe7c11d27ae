// A board at the other end of a line, real or emulated: it is asked one thing at a time, and answers or is given up.
import { encodeFrame, FrameReader, Kind, PROTOCOL, type SerialFrame } from "./frames";
import {
  BadAnswer,
  ProblemCode,
  readHello,
  readProblem,
  readRan,
  readWord,
  type BoardProblem,
  type Hello,
  type Ran,
} from "./messages";

/** The events of a line. */
export interface LineEvents {
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Nothing came for as long as one waits, or nothing will come. */
  readonly onQuiet: () => void;
  /** It is over; the text says why. */
  readonly onClosed: (reason: string) => void;
}

/** Bytes to a board and back. */
export interface DeviceLine {
  readonly open: (events: LineEvents) => Promise<void>;
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A fault of the board or the line; its message is for a person. */
export class DeviceError extends Error {
  readonly problem: BoardProblem | null;

  constructor(message: string, problem: BoardProblem | null = null) {
    super(message);
    this.problem = problem;
  }
}

const ATTEMPTS = 3;
const SILENT =
  "The board does not answer. Check that it runs this firmware, and that the line is on its pins GP0 and GP1.";
const FOREIGN = "The board answers in another protocol. Check that it runs this firmware, at 921600 bits a second.";
const LOST =
  "The answer to a run was damaged, so the state of the rune on the board is unknown. Check the cable and its ground, and connect again.";
const NOISY = "The connection is unreliable: bytes were damaged three times in a row. Check the cable and its ground.";

interface PendingRequest {
  readonly id: number;
  readonly take: (frame: SerialFrame | null) => void;
  readonly fail: (error: DeviceError) => void;
}

export class Device {
  readonly #line: DeviceLine;
  #reader = new FrameReader();
  #request: PendingRequest | null = null;
  #number = 0;
  #closeReason: string | null = null;
  /** Called when the line ends by itself. */
  onClosed: (reason: string) => void = () => undefined;
  #hello: Hello | null = null;

  private constructor(line: DeviceLine) {
    this.#line = line;
  }

  /** Opens the line and asks who is there. Rejects with a `DeviceError`, and closes the line then. */
  static async open(line: DeviceLine): Promise<Device> {
    const device = new Device(line);
    try {
      await line.open({
        onBytes: (bytes) => device.#take(bytes),
        onQuiet: () => device.#request?.take(null),
        onClosed: (reason) => device.#end(reason),
      });
      device.#hello = readHello(await device.#ask(Kind.hello));
      return device;
    } catch (error) {
      await line.close().catch(() => undefined);
      throw error instanceof DeviceError
        ? error
        : new DeviceError(error instanceof Error ? error.message : String(error));
    }
  }

  get hello(): Hello {
    if (this.#hello === null) throw new Error("a device is open once it said who it is");
    return this.#hello;
  }

  /** Rejects with a `DeviceError`. */
  async run(inputs: Uint8Array): Promise<Ran> {
    return this.#read(await this.#ask(Kind.run, inputs), (payload) => readRan(payload, this.hello));
  }

  /** Forgets what earlier runs left behind. */
  async reset(): Promise<void> {
    await this.#ask(Kind.reset);
  }

  /** 0, or the number of the first step that gives other bytes. */
  async selftest(): Promise<number> {
    return this.#read(await this.#ask(Kind.selftest), readWord);
  }

  async close(): Promise<void> {
    this.#closeReason ??= "It was closed.";
    this.#request?.fail(new DeviceError(this.#closeReason));
    await this.#line.close();
  }

  #read<Value>(payload: Uint8Array, read: (payload: Uint8Array) => Value): Value {
    try {
      return read(payload);
    } catch (error) {
      throw error instanceof BadAnswer ? new DeviceError(error.message) : error;
    }
  }

  /**
   * The payload of the answer. A request whose answer is damaged is sent again, except for a run: the board may have run
   * the rune, and a second run would start from another state.
   */
  async #ask(kind: number, payload?: Uint8Array): Promise<Uint8Array> {
    let isFirst = true;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { noise, damagedFrames } = this.#reader;
      const frame = await this.#exchange(kind, payload);
      if (frame === null) {
        if (this.#reader.damagedFrames > damagedFrames) isFirst = false;
        else if (isFirst) throw new DeviceError(this.#reader.noise > noise ? FOREIGN : SILENT);
        if (kind === Kind.run) throw new DeviceError(LOST);
        continue;
      }
      if (frame.version !== PROTOCOL)
        throw new DeviceError(`The board speaks version ${frame.version} of the protocol, and this page ${PROTOCOL}.`);
      if (frame.kind === (kind | Kind.answers)) return frame.payload;
      if (frame.kind !== Kind.error) throw new DeviceError("The board answers something else than it was asked.");
      const problem = this.#read(frame.payload, readProblem);
      if (!isTransient(problem)) throw new DeviceError(this.#messageOf(problem), problem);
      isFirst = false;
    }
    throw new DeviceError(NOISY);
  }

  #exchange(kind: number, payload?: Uint8Array): Promise<SerialFrame | null> {
    if (this.#closeReason !== null) return Promise.reject(new DeviceError(this.#closeReason));
    if (this.#request !== null) return Promise.reject(new Error("a device is asked one thing at a time"));
    this.#number = (this.#number % 0xffff) + 1;
    const id = this.#number;
    return new Promise<SerialFrame | null>((resolve, reject) => {
      const end = () => {
        this.#request = null;
      };
      this.#request = {
        id,
        take: (frame) => {
          end();
          if (frame === null) this.#reader.abandon();
          resolve(frame);
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      this.#line.write(encodeFrame(kind, id, payload)).catch((error: unknown) => {
        this.#end(error instanceof Error ? error.message : String(error));
      });
    });
  }

  #take(bytes: Uint8Array): void {
    for (const frame of this.#reader.push(bytes)) {
      // An error that belongs to no request, and is no answer to an older one, has the number 0.
      if (this.#request !== null && (frame.id === this.#request.id || (frame.id === 0 && frame.kind === Kind.error)))
        this.#request.take(frame);
    }
  }

  #end(reason: string): void {
    if (this.#closeReason !== null) return;
    this.#closeReason = reason;
    this.#request?.fail(new DeviceError(reason));
    this.onClosed(reason);
  }

  #messageOf({ code, detail, step, text }: BoardProblem): string {
    const at = this.#hello?.steps[step];
    const where = at === undefined ? "" : ` in the step “${at}”`;
    switch (code) {
      case ProblemCode.wrongVersion:
        return `The board speaks version ${detail} of the protocol, and this page ${PROTOCOL}.`;
      case ProblemCode.wrongLength:
        return `The board's rune takes ${detail} bytes of input, and this one another number: it is another rune.`;
      case ProblemCode.runeFailed:
        return `The rune gave up${where}${text === "" ? "" : `: ${text}`}.`;
      case ProblemCode.faulted:
        return `The firmware faulted at 0x${detail.toString(16)}${where}. Unplug the board and plug it in again.`;
      case ProblemCode.stackOverflow:
        return `The stack outgrew its memory${where}. Unplug the board and plug it in again.`;
      default:
        return `The board refuses the request (code ${code}).`;
    }
  }
}

function isTransient({ code }: BoardProblem): boolean {
  return code === ProblemCode.wrongChecksum || code === ProblemCode.incomplete;
}
