// The frames of a board as messages: its description, the result of a run, an error. A frame that does not fit is an
// error.
import { elementSize, parseShape } from "../../runtime";

export interface DevicePort {
  readonly name: string;
  readonly capability: string;
  /** `u8[1, 28, 28, 1]`. */
  readonly type: string;
  readonly bytes: number;
  /** The number of texts of an output of texts. */
  readonly texts: number;
  /** Whether a run may be without it: a window that is not full yet says nothing. */
  readonly optional: boolean;
  /** How many sizes a run decides, which come before it; `bytes` and `texts` are then the most there can be. */
  readonly sizes: number;
}

/** One output of a run. */
export interface BoardOutput {
  /** The sizes that the run decided; null where its type has them all. */
  readonly sizes: readonly number[] | null;
  /** Its bytes; of texts each one's. */
  readonly pieces: readonly Uint8Array[];
}

/** A board's answer to hello. */
export interface Hello {
  readonly protocol: number;
  readonly rune: string;
  /** The digest of the rune for a browser that gives the same bytes. */
  readonly digest: string;
  readonly board: string;
  readonly clock_hz: number;
  readonly inputs: readonly DevicePort[];
  readonly outputs: readonly DevicePort[];
  readonly steps: readonly string[];
}

export interface Ran {
  readonly cycles: number;
  /** Bytes of the stack at its deepest since the start. */
  readonly stack: number;
  /** By step. */
  readonly stepCycles: readonly number[];
  /** By output; null where the run sent none. */
  readonly outputs: readonly (BoardOutput | null)[];
}

/** In the place of a step: the firmware optional for a request, or is busy with something else than a step. */
export const PENDING = 0xffffffff;
export const BUSY = 0xfffffffe;

export interface BoardProblem {
  readonly code: number;
  readonly detail: number;
  readonly step: number;
  readonly text: string;
}

export const ProblemCode = {
  wrongChecksum: 1,
  wrongLength: 2,
  wrongVersion: 3,
  unknownRequest: 4,
  incomplete: 5,
  runeFailed: 6,
  faulted: 7,
  stackOverflow: 8,
} as const;

/** A frame of a board that breaks the protocol. */
export class BadAnswer extends Error {}

export function readHello(payload: Uint8Array): Hello {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    throw new BadAnswer("The board's description cannot be read.");
  }
  if (!isHello(value)) throw new BadAnswer("The board's description is incomplete.");
  return value;
}

export function isHello(value: unknown): value is Hello {
  if (typeof value !== "object" || value === null) return false;
  const { protocol, rune, digest, board, clock_hz, inputs, outputs, steps } = value as Record<string, unknown>;
  return (
    [protocol, clock_hz].every((each) => typeof each === "number") &&
    [rune, digest, board].every((each) => typeof each === "string") &&
    isListOf(inputs, isPort) &&
    isListOf(outputs, isPort) &&
    isListOf(steps, (each) => typeof each === "string")
  );
}

function isListOf(value: unknown, isOne: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function isPort(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { name, capability, type, bytes, texts, optional, sizes } = value as Record<string, unknown>;
  return (
    [name, capability, type].every((each) => typeof each === "string") &&
    [bytes, texts, sizes].every(isCount) &&
    typeof optional === "boolean"
  );
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

export function readRan(payload: Uint8Array, { outputs, steps }: Hello): Ran {
  const reader = new Reader(payload);
  const cycles = reader.word() + reader.word() * 2 ** 32;
  const stack = reader.word();
  const stepCycles = steps.map(() => reader.word());
  const tensors = outputs.map((port) => readOutput(reader, port));
  reader.end();
  return { cycles, stack, stepCycles, outputs: tensors };
}

function readOutput(reader: Reader, { type, bytes, texts, optional, sizes }: DevicePort): BoardOutput | null {
  if (optional && reader.word() === 0) return null;
  const shape = sizes === 0 ? null : Array.from({ length: sizes }, () => reader.word());
  const count = shape?.reduce((product, size) => product * size, 1) ?? 0;
  if (texts === 0) return { sizes: shape, pieces: [reader.bytes(shape === null ? bytes : count * elementBytes(type))] };
  const length = shape === null ? texts : count;
  if (length > texts) throw new BadAnswer("The board's answer has too many texts.");
  return { sizes: shape, pieces: Array.from({ length }, () => reader.bytes(reader.word())) };
}

function elementBytes(type: string): number {
  const shape = parseShape(type);
  if (shape === null) throw new BadAnswer("The board's description has an output of an unknown type.");
  return elementSize(shape.type);
}

export function readProblem(payload: Uint8Array): BoardProblem {
  const reader = new Reader(payload);
  const [code, detail, step] = [reader.word(), reader.word(), reader.word()];
  return { code, detail, step, text: new TextDecoder().decode(reader.bytes(payload.length - 12)) };
}

export function readWord(payload: Uint8Array): number {
  const reader = new Reader(payload);
  const word = reader.word();
  reader.end();
  return word;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  word(): number {
    const word = this.bytes(4);
    return new DataView(word.buffer, word.byteOffset).getUint32(0, true);
  }

  bytes(size: number): Uint8Array {
    if (this.#at + size > this.#bytes.length) throw new BadAnswer("The board's answer is too short.");
    this.#at += size;
    return this.#bytes.slice(this.#at - size, this.#at);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new BadAnswer("The board's answer is too long.");
  }
}
