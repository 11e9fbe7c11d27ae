// Takes the counts of a rune that counts its answers. Its memory is foreign: the range is checked before it is read.
import { RuneError } from "../errors";
import { groupSizes } from "../contents/watch";
import type { WatchLayout } from "../watch-layout";
import type { RuneCounts } from "../types";
import type { GuestMemory } from "./guest-memory";

const NAME = "_watch";
const WORD = 4;

/** Reads the counters at the address that the rune gives, and sets them to 0. Throws `RuneError`. */
export function takeCounters(memory: GuestMemory, layout: WatchLayout, address: unknown): RuneCounts {
  if (typeof address !== "number" || address % WORD !== 0) {
    throw new RuneError("bad-rune", `The rune gives no address of its counters by ${NAME}.`);
  }
  const sizes = groupSizes(layout);
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const numbers = memory.words(NAME, address, count);
  memory.range(NAME, address, count * WORD).fill(0);
  const groups = sizes.map((size, index) => {
    const start = sizes.slice(0, index).reduce((sum, each) => sum + each, 0);
    return numbers.slice(start, start + size);
  });
  const [labels = [], confidence = [], ...features] = groups;
  return { labels, confidence, features };
}
