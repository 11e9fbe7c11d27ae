// The probe of an engine's dot product: what it must refuse first, then what it takes.
import { describe, expect, test } from "vitest";
import { hasExactDots, isExact, type Dot } from "./relaxed-dots";

const clamp = (value: number) => Math.max(-32768, Math.min(32767, value));

/** A dot product of pairs: what `pair` makes of two products is added to the sum. */
const byPairs =
  (pair: (first: number, second: number) => number, seen: (value: number) => number = (value) => value): Dot =>
  (weights, values, sums) =>
    sums.map((sum, lane) => {
      const product = (place: number) => (weights[4 * lane + place] ?? 0) * seen(values[4 * lane + place] ?? 0);
      return sum + pair(product(0), product(1)) + pair(product(2), product(3));
    });

const exact = byPairs((first, second) => first + second);

describe("what is not exact is refused", () => {
  const wrong: Readonly<Record<string, Dot>> = {
    "pairs that are cut to 16 bits, as processors without the instruction do": byPairs((a, b) => clamp(a + b)),
    "numbers of 8 bits that are taken for signed ones": byPairs(
      (a, b) => a + b,
      (value) => (value << 24) >> 24,
    ),
    "numbers of which 7 bits count": byPairs(
      (a, b) => a + b,
      (value) => value & 127,
    ),
    "sums that are cut to 32 bits": (weights, values, sums) =>
      Int32Array.from(
        exact(weights, values, new Int32Array(4)).map((more, lane) =>
          Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, (sums[lane] ?? 0) + more)),
        ),
      ),
    "one lane that is off by one": (weights, values, sums) =>
      exact(weights, values, sums).map((sum, lane) => (lane === 3 ? sum + 1 : sum)),
    "weights of -128 that are taken for 127 less": (weights, values, sums) =>
      exact(
        weights.map((weight) => Math.max(-127, weight)),
        values,
        sums,
      ),
    "nothing at all": (_weights, _values, sums) => sums,
  };
  test.each(Object.entries(wrong))("%s", (_name, dot) => {
    expect(isExact(dot)).toBe(false);
  });
});

test("what is exact is taken, with sums that wrap", () => {
  expect(isExact(exact)).toBe(true);
});

test("an engine without the instruction is not asked for its numbers", () => {
  expect(hasExactDots()).toBe(false);
});
