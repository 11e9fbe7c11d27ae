// The most that a module's memory and tables may grow to, written into the module: a page worker gives neither a limit
// from outside.
import { TABLE_ELEMENTS, TABLE_LIMIT } from "../../declared/run-limits";
import { RuneError } from "../errors";
import { readLeb, writeLeb, writeSections, type Section } from "./sections";

const TABLES = 4;
const MEMORY = 5;
const HAS_MAXIMUM = 1;
/** The types of a table's elements: functions, and values of the host. */
const ELEMENT_TYPES: readonly number[] = [0x70, 0x6f];

interface Range {
  readonly minimum: number;
  readonly maximum: number | null;
  /** Where the next byte is. */
  readonly next: number;
}

/** The same module whose one memory cannot grow beyond these pages. Throws `RuneError`. */
export function withMemoryMaximum(sections: readonly Section[], maximumPages: number): Uint8Array<ArrayBuffer> {
  return writeSections(
    sections.map(({ id, body }) => ({ id, body: id === MEMORY ? limitedMemory(body, maximumPages) : body })),
  );
}

/** The sections of a rune with no more and no larger tables than it may have. Throws `RuneError`. */
export function withTableMaxima(sections: readonly Section[]): Section[] {
  return sections.map(({ id, body }) => ({ id, body: id === TABLES ? limitedTables(body) : body }));
}

function limitedMemory(body: Uint8Array, maximumPages: number): Uint8Array<ArrayBuffer> {
  const [count, start] = readLeb(body, 0);
  if (count !== 1) throw new RuneError("bad-rune", `The module has ${count} memories; a rune has one.`);
  const range = readRange(body, start, "memory");
  if (range.minimum > maximumPages) {
    throw new RuneError(
      "memory",
      `The rune needs ${range.minimum} pages of memory, more than the ${maximumPages} it may have.`,
    );
  }
  return Uint8Array.of(1, ...limitBytes(range, maximumPages));
}

function limitedTables(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const [count, start] = readLeb(body, 0);
  if (count > TABLE_LIMIT) throw tooLarge();
  const bytes = writeLeb(count);
  let offset = start;
  for (let table = 0; table < count; table += 1) {
    const type = body[offset];
    if (type === undefined || !ELEMENT_TYPES.includes(type))
      throw new RuneError("bad-rune", "The module has a table of a kind that runes do not have.");
    const range = readRange(body, offset + 1, "table");
    if (range.minimum > TABLE_ELEMENTS) throw tooLarge();
    bytes.push(type, ...limitBytes(range, TABLE_ELEMENTS));
    offset = range.next;
  }
  return Uint8Array.from(bytes);
}

function tooLarge(): RuneError {
  return new RuneError("stopped", "The rune was stopped: it asks for more or larger tables than it may have.");
}

function readRange(body: Uint8Array, start: number, what: string): Range {
  const [flags, minimumAt] = readLeb(body, start);
  if (flags > HAS_MAXIMUM)
    throw new RuneError("bad-rune", `The module's ${what} is shared or has 64 bits; a rune's has 32.`);
  const [minimum, maximumAt] = readLeb(body, minimumAt);
  if (flags !== HAS_MAXIMUM) return { minimum, maximum: null, next: maximumAt };
  const [maximum, next] = readLeb(body, maximumAt);
  return { minimum, maximum, next };
}

function limitBytes({ minimum, maximum }: Range, most: number): number[] {
  return [HAS_MAXIMUM, ...writeLeb(minimum), ...writeLeb(Math.max(Math.min(maximum ?? most, most), minimum))];
}
