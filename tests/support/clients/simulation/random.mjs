// Chance that a seed decides: the same seed gives the same choices on every machine.

/** Mulberry32 by Tommy Ettinger (public domain). */
export function chanceOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    /** From 0, below `limit`. */
    below: (limit) => Math.floor(next() * limit),
    happens: (probability) => next() < probability,
    one: (list) => list[Math.floor(next() * list.length)],
  };
}
