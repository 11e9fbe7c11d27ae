// Reading a WebAssembly module as sections, and giving its memory a maximum. Not a validator: the engine is one.
import { RuneError } from "../errors";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const CUSTOM = 0;
const MEMORY = 5;
const HAS_MAXIMUM = 1;

/** One section; `body` is a view into the module. */
export interface Section {
  readonly id: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The sections of a module in their order. Throws a `bad-rune` error. */
export function readSections(module: Uint8Array<ArrayBuffer>): Section[] {
  if (HEADER.some((byte, index) => module[index] !== byte)) {
    throw new RuneError("bad-rune", "The file is not a WebAssembly module.");
  }
  const sections: Section[] = [];
  let offset = HEADER.length;
  while (offset < module.length) {
    const id = module[offset] ?? 0;
    const [size, start] = readLeb(module, offset + 1);
    const end = start + size;
    if (end > module.length) throw cutShort(offset);
    sections.push({ id, body: module.subarray(start, end) });
    offset = end;
  }
  return sections;
}

/** The payloads of the custom sections of a name; there may be several. Before 0.4 the names had no dot in front. */
export function customSections(sections: readonly Section[], name: string): Uint8Array<ArrayBuffer>[] {
  const contents: Uint8Array<ArrayBuffer>[] = [];
  for (const { id, body } of sections) {
    if (id !== CUSTOM) continue;
    const [length, start] = readLeb(body, 0);
    if (start + length > body.length) throw cutShort(0);
    const text = new TextDecoder().decode(body.subarray(start, start + length));
    if (text.replace(/^\./, "") === name) contents.push(body.subarray(start + length));
  }
  return contents;
}

/**
 * The same module whose one memory cannot grow beyond `maximumPages`.
 *
 * A rune's memory has no maximum of its own, and a page worker cannot be given one from outside; so it is written in.
 */
export function withMemoryMaximum(sections: readonly Section[], maximumPages: number): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Uint8Array.from(HEADER)];
  for (const section of sections) {
    const body = section.id === MEMORY ? limitedMemory(section.body, maximumPages) : section.body;
    parts.push(Uint8Array.of(section.id, ...writeLeb(body.length)), body);
  }
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

function limitedMemory(body: Uint8Array<ArrayBuffer>, maximumPages: number): Uint8Array {
  const [count, flagsAt] = readLeb(body, 0);
  if (count !== 1) throw new RuneError("bad-rune", `The module has ${count} memories; a rune has one.`);
  const [flags, minimumAt] = readLeb(body, flagsAt);
  if (flags > HAS_MAXIMUM)
    throw new RuneError("bad-rune", "The module's memory is shared or has 64 bits; a rune's has 32.");
  const [minimum, maximumAt] = readLeb(body, minimumAt);
  const own = flags === HAS_MAXIMUM ? readLeb(body, maximumAt)[0] : maximumPages;
  if (minimum > maximumPages) {
    throw new RuneError(
      "memory",
      `The rune needs ${minimum} pages of memory, more than the ${maximumPages} it may have.`,
    );
  }
  const maximum = Math.max(Math.min(own, maximumPages), minimum);
  return Uint8Array.of(1, HAS_MAXIMUM, ...writeLeb(minimum), ...writeLeb(maximum));
}

/** An unsigned 32 bit number in LEB128, and where the next byte is. */
export function readLeb(bytes: Uint8Array, offset: number): [value: number, next: number] {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[offset + index];
    if (byte === undefined) throw cutShort(offset);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [value, offset + index + 1];
  }
  throw new RuneError("bad-rune", `The number at byte ${offset} of a section is longer than 32 bits.`);
}

export function writeLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

function cutShort(offset: number): RuneError {
  return new RuneError("bad-rune", `The module is cut short at byte ${offset}.`);
}
