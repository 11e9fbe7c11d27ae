// The document of counts that a page sends. The same bytes as forge/telemetry/app_reports/documents.py, with the counts
// as rune/watch/encoding.py writes them; document.cases.json has cases that both are compared with.
import type { RuneCounts } from "../../runtime/types";

/** Bins of labels, confidence, the two features and the time of a run, as a document has them. */
const WIDTHS = [12, 16, 16, 16, 8] as const;
const HEADER_SIZE = 12;
const BINS = WIDTHS.reduce<number>((sum, width) => sum + width, 0);
/** Exponents, bins, answers, and the time, restarts and memory that a page does not measure. */
const COUNTS_SIZE = WIDTHS.length + 2 * BINS + 4 + 9;
export const DOCUMENT_SIZE = HEADER_SIZE + COUNTS_SIZE;
const VERSION = 1;
const KIND = 2;
const KEY_SIZE = 8;
const LARGEST_BIN = 0xffff;
const MILLISECONDS_OF_DAY = 86_400_000;
/** 2020-01-01, as days since 1970. */
const FIRST_DAY = 18_262;

/** The day of a moment in UTC, as documents have it. */
export function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / MILLISECONDS_OF_DAY) - FIRST_DAY;
}

/** How many runs answered: each of them is in one bin of each group. */
export function answersOf({ labels, confidence, features }: RuneCounts): number {
  return Math.max(...[labels, confidence, ...features].map(sumOf));
}

/** Returns the bytes for a day and the rune of a digest, `sha256:…`. */
export function pageDocument(day: number, digest: string, counts: RuneCounts): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(DOCUMENT_SIZE);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = KIND;
  view.setUint16(2, day, true);
  const hex = digest.slice(digest.indexOf(":") + 1);
  for (let at = 0; at < KEY_SIZE; at += 1) bytes[4 + at] = parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  let place = HEADER_SIZE + WIDTHS.length;
  const groups = [counts.labels, counts.confidence, ...counts.features];
  WIDTHS.forEach((width, index) => {
    const group = groups[index] ?? [];
    const exponent = exponentOf(group);
    bytes[HEADER_SIZE + index] = exponent;
    group.forEach((count, bin) => view.setUint16(place + 2 * bin, scaled(count, exponent), true));
    place += 2 * width;
  });
  view.setUint32(place, answersOf(counts), true);
  return bytes;
}

/** The smallest exponent at which all counts of a group fit 16 bits. */
function exponentOf(group: readonly number[]): number {
  const largest = Math.max(0, ...group);
  let exponent = 0;
  while (scaled(largest, exponent) > LARGEST_BIN) exponent += 1;
  return exponent;
}

/** A count in the unit of an exponent, rounded to the nearest, a half up. */
function scaled(count: number, exponent: number): number {
  return exponent === 0 ? count : Math.floor((count + 2 ** (exponent - 1)) / 2 ** exponent);
}

function sumOf(group: readonly number[]): number {
  return group.reduce((sum, count) => sum + count, 0);
}
