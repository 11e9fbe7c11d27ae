// Runs a rune on frames with the runtime of pages, under Node, and writes what it counted as JSON.
// Arguments: the rune, a file with all frames, and the bytes of each input.
import { readFileSync } from "node:fs";
import { RuneInstance } from "../../../frontend/src/runtime/instance";
import { DEFAULT_LIMITS } from "../../../frontend/src/runtime/types";

const [, , runePath = "", framesPath = "", ...sizes] = process.argv;
const lengths = sizes.map(Number);

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

const rune = await RuneInstance.load(bufferOf(readFileSync(runePath)), DEFAULT_LIMITS);
const frames = readFileSync(framesPath);
let place = 0;
while (place < frames.length) {
  const inputs = new Map<number, ArrayBuffer>();
  for (const [index, { id }] of rune.loadedRune.capabilities.entries()) {
    const length = lengths[index] ?? 0;
    inputs.set(id, bufferOf(frames.subarray(place, place + length)));
    place += length;
  }
  rune.run(inputs);
}
process.stdout.write(JSON.stringify([rune.takeCounts(), rune.takeCounts()]));
