// Intervals that hold the true value 95 times in 100, as rune/statistics/intervals.py computes them. Pure.

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054;
const TAIL = 0.025;
const STEPS = 100;

/** The share of `some` among `all` > 0, with Wilson's score interval. */
export function shareOf(some: number, all: number): Interval {
  const value = some / all;
  const square = (Z * Z) / all;
  const middle = (value + square / 2) / (1 + square);
  const half = (Z * Math.sqrt((value * (1 - value)) / all + square / (4 * all))) / (1 + square);
  return {
    value,
    low: some === 0 ? 0 : Math.max(0, middle - half),
    high: some === all ? 1 : Math.min(1, middle + half),
  };
}

/** Events an hour, of `count` in `hours` > 0, with the exact Poisson interval of Garwood. */
export function rateAnHour(count: number, hours: number): Interval {
  const low = count === 0 ? 0 : meanWhere((mean) => 1 - upTo(count - 1, mean), TAIL, count);
  const high = meanWhere((mean) => 1 - upTo(count, mean), 1 - TAIL, count);
  return { value: count / hours, low: low / hours, high: high / hours };
}

/** The probability of at most `count` events where `mean` are expected. */
function upTo(count: number, mean: number): number {
  if (mean === 0) return 1;
  let logarithm = -mean;
  let sum = Math.exp(logarithm);
  for (let events = 1; events <= count; events += 1) {
    logarithm += Math.log(mean) - Math.log(events);
    sum += Math.exp(logarithm);
  }
  return sum;
}

/** Where a rising function of a mean has the wanted value, by bisection. */
function meanWhere(rising: (mean: number) => number, target: number, count: number): number {
  let [low, high] = [0, count + 10 * Math.sqrt(count + 1) + 10];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    if (rising(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
