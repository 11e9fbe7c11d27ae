// Firmware for tests: the template sine's, as `rune build examples/sine --target pico` made it, and chips with a few
// instructions written by hand.
import { readFileSync } from "node:fs";
import type { DeviceLine, LineEvents } from "./serial/device";
import { readDescription, type FirmwareManifest, type Firmware } from "./firmware/file";
import type { Pico } from "./virtual/pico";

const HERE = new URL("./fixtures/", import.meta.url);

export function sine(): Firmware {
  return {
    uf2: new Uint8Array(readFileSync(new URL("sine.uf2", HERE))),
    description: readDescription(JSON.parse(readFileSync(new URL("sine.json", HERE), "utf8"))),
  };
}

/** One block of a UF2 file. */
export function block(address: number, bytes: Uint8Array, number = 0, total = 1): Uint8Array<ArrayBuffer> {
  const target = new Uint8Array(512);
  const view = new DataView(target.buffer);
  const head = [0x0a324655, 0x9e5d5157, 0x2000, address, 256, number, total, 0xe48bff56];
  head.forEach((word, place) => view.setUint32(4 * place, word, true));
  target.set(bytes, 32);
  view.setUint32(508, 0x0ab16f30, true);
  return target;
}

/** A chip that executes these half-words from the beginning of RAM; its step's number is the word at 0x200000fc. */
export function firmwareOf(code: readonly number[], step: number): Firmware {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  code.forEach((half, place) => view.setUint16(2 * place, half, true));
  view.setUint32(0xfc, step, true);
  const description: FirmwareManifest = {
    ...sine().description,
    steps: ["read", "sine CONV_2D 1"],
    start: 0x20000000,
    step_at: 0x200000fc,
    functions: [
      [0x20000000, "entry"],
      [0x20000004, "step_1"],
    ],
  };
  return { uf2: block(0x20000000, bytes), description };
}

/** A line whose other end is the chip itself; `through` may change what goes over it. */
export class ChipLine implements DeviceLine {
  readonly #pico: Pico;
  readonly #through: (bytes: Uint8Array, isUp: boolean) => Uint8Array;
  #events: LineEvents | null = null;

  constructor(pico: Pico, through: (bytes: Uint8Array, isUp: boolean) => Uint8Array = (bytes) => bytes) {
    this.#pico = pico;
    this.#through = through;
  }

  readonly open = (events: LineEvents): Promise<void> => {
    this.#events = events;
    return Promise.resolve();
  };

  readonly write = (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    const answer = this.#through(this.#pico.exchange(this.#through(bytes.slice(), true), 1e9), false);
    queueMicrotask(() => {
      this.#events?.onBytes(answer);
      this.#events?.onQuiet();
    });
    return Promise.resolve();
  };

  readonly close = (): Promise<void> => Promise.resolve();

  cut(reason: string): void {
    this.#events?.onClosed(reason);
  }
}
