// Whether this engine's dot product of bytes is exact where WebAssembly leaves it open: a rune may have a second module
// for engines where it is. An engine computes it in one way as long as it runs, so what is seen once holds.

/** Sixteen weights with a sign, sixteen numbers without one, and four sums, to which the products of four are added. */
export type Dot = (weights: Int8Array, values: Uint8Array, sums: Int32Array) => Int32Array;

/** A module with one memory and one function, which adds the dot product of bytes 16 and 32 on to the sums at 48. */
const PROBE = Uint8Array.from(
  (
    "0061736d01000000 010401600000 03020100 0503010001 070902016d0200016400000a1f011d00" +
    "4100 4100fd000410 4100fd000420 4100fd000430 fd9302 fd0b0400 0b"
  )
    .replaceAll(" ", "")
    .match(/../g) ?? [],
  (pair) => Number.parseInt(pair, 16),
);

const END_WEIGHTS = [-128, -1, 1, 127];
const END_VALUES = [0, 127, 128, 255];
const NOISE_TRIALS = 256;

let known: boolean | null = null;

/** Tried once; false where the engine does not have the instruction. */
export function hasExactDots(): boolean {
  known ??= tryEngine();
  return known;
}

function tryEngine(): boolean {
  try {
    if (!WebAssembly.validate(PROBE)) return false;
    const { m: memory, d: run } = new WebAssembly.Instance(new WebAssembly.Module(PROBE)).exports;
    if (!(memory instanceof WebAssembly.Memory) || typeof run !== "function") return false;
    return isExact((weights, values, sums) => {
      new Int8Array(memory.buffer).set(weights, 16);
      new Uint8Array(memory.buffer).set(values, 32);
      new Int32Array(memory.buffer).set(sums, 12);
      (run as () => void)();
      return new Int32Array(memory.buffer.slice(0, 16));
    });
  } catch {
    return false; // A page may be forbidden to compile.
  }
}

/** The ends in every choice of the four places of a sum, and noise. */
export function isExact(dot: Dot): boolean {
  let state = 1;
  const noise = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >> 8;
  const holds = (weights: Int8Array, values: Uint8Array) => {
    const sums = Int32Array.of(2 ** 31 - 1, -(2 ** 31), noise() << 8, noise() << 8);
    const expected = sums.slice();
    weights.forEach((weight, index) => {
      expected[index >> 2] = (expected[index >> 2] ?? 0) + weight * (values[index] ?? 0);
    });
    const given = dot(weights, values, sums);
    return expected.every((sum, index) => sum === given[index]);
  };
  for (const weight of END_WEIGHTS) {
    for (const value of END_VALUES) {
      for (let places = 1; places < 16; places += 1) {
        const isThere = (index: number) => ((places >> (index % 4)) & 1) === 1;
        const weights = Int8Array.from({ length: 16 }, (_, index) => (isThere(index) ? weight : 0));
        const values = Uint8Array.from({ length: 16 }, (_, index) => (isThere(index) ? value : 255));
        if (!holds(weights, values)) return false;
      }
    }
  }
  for (let trial = 0; trial < NOISE_TRIALS; trial += 1) {
    if (!holds(Int8Array.from({ length: 16 }, noise), Uint8Array.from({ length: 16 }, noise))) return false;
  }
  return true;
}
