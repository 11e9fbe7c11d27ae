// Between which numbers a threshold can be moved, and by how much at a time. Pure.

export interface Scale {
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
}

export const OF_SHARES: Scale = { minimum: 0, maximum: 1, step: 0.01 };
const STEPS = 200;
/** A scale of which numbers fill less than one of so many parts is too wide for them. */
const SPARSE = 5;

/** Around all of these numbers, with some room; a step has one digit. Numbers that fill 0 to 1 are moved as shares are. */
export function scaleAround(values: readonly number[]): Scale {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  if (low > high || (low >= 0 && high <= 1 && high >= 0.5)) return OF_SHARES;
  const room = high > low ? (high - low) / 10 : Math.max(Math.abs(high) / 10, 0.1);
  const step = Number(((high - low + 2 * room) / STEPS).toPrecision(1));
  const exact = (steps: number): number => exactOf(steps, step);
  return { minimum: exact(Math.floor((low - room) / step)), maximum: exact(Math.ceil((high + room) / step)), step };
}

/**
 * The scale for numbers that change from run to run: the one before while they lie within it and fill a fifth of it, so
 * that the line does not run away from the person who drags it.
 */
export function scaleFor(values: readonly number[], before: Scale | null): Scale {
  const next = scaleAround(values);
  if (before === null) return next;
  // Numbers so large or so close that no scale has room for them give the same one again.
  const isSame = Object.is(next.minimum, before.minimum) && Object.is(next.maximum, before.maximum);
  const isWithin = values.filter(Number.isFinite).every((value) => value >= before.minimum && value <= before.maximum);
  const isFilled = next.maximum - next.minimum >= (before.maximum - before.minimum) / SPARSE;
  return isSame || (isWithin && isFilled) ? before : next;
}

/** The step that is nearest, within the scale. */
export function snapped(value: number, { minimum, maximum, step }: Scale): number {
  const within = Math.max(minimum, Math.min(maximum, value));
  return exactOf(Math.round(within / step), step);
}

/** So many steps without the tail of binary fractions: a step has one digit, so its decimal places are enough. */
function exactOf(steps: number, step: number): number {
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  return decimals > 100 ? steps * step : Number((steps * step).toFixed(decimals));
}

/** The value after a key of the keyboard; null for keys that move nothing. */
export function movedBy(key: string, value: number, scale: Scale): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: 1,
    ArrowRight: 1,
    ArrowDown: -1,
    ArrowLeft: -1,
    PageUp: 10,
    PageDown: -10,
  };
  if (key === "Home") return scale.minimum;
  if (key === "End") return scale.maximum;
  const by = steps[key];
  return by === undefined ? null : snapped(value + by * scale.step, scale);
}
