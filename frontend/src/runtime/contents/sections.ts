// Reading a WebAssembly module as sections, and writing it again. Not a validator: the engine is one.
import { RuneError } from "../errors";
import { textOf } from "../text";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const CUSTOM = 0;

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
    const text = textOf(body.subarray(start, start + length));
    if (text.replace(/^\./, "") === name) contents.push(body.subarray(start + length));
  }
  return contents;
}

/** The module of these sections. */
export function writeSections(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Uint8Array.from(HEADER)];
  for (const { id, body } of sections) parts.push(Uint8Array.of(id, ...writeLeb(body.length)), body);
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
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
