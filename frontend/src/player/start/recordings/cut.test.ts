import { expect, test } from "vitest";
import { cutAtSounds, cutEvenly } from "./cut";

const RATE = 1000;

/** Silence with a burst of a tenth of a second at each of these seconds. */
function bursts(seconds: number, ...starts: readonly number[]): Float32Array {
  const samples = new Float32Array(seconds * RATE).fill(0.001);
  for (const start of starts) samples.fill(0.5, start * RATE, start * RATE + RATE / 10);
  return samples;
}

test("a long recording is cut at each sound, and each piece has one", () => {
  const pieces = cutAtSounds(bursts(10, 1, 4, 8), RATE);
  expect(pieces.length).toBe(3);
  for (const piece of pieces) {
    expect(piece.length).toBe(RATE);
    expect(piece.filter((value) => value > 0.4).length).toBe(RATE / 10);
  }
});

test("two knocks that follow at once are one sound", () => {
  expect(cutAtSounds(bursts(6, 2, 2.2), RATE).length).toBe(1);
});

test("a sound at the very end has a whole second", () => {
  expect(cutAtSounds(bursts(5, 4.9), RATE).map(({ length }) => length)).toEqual([RATE]);
});

test("a short recording stays whole, and silence is no recording of a sound", () => {
  expect(cutAtSounds(bursts(1, 0.2), RATE).map(({ length }) => length)).toEqual([RATE]);
  expect(cutAtSounds(bursts(5), RATE)).toEqual([]);
});

test("background is cut into equal pieces, without a rest that is short", () => {
  expect(cutEvenly(bursts(9), RATE, 4).map(({ length }) => length)).toEqual([4000, 4000]);
  expect(cutEvenly(bursts(1), RATE, 4).map(({ length }) => length)).toEqual([1000]);
});
