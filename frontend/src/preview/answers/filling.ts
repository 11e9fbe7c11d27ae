// How full the window is that a rune answers to, in words. Pure.

/** The part that is there of what an answer needs. */
export interface Filling {
  readonly done: number;
  readonly needed: number;
  /** The unit: chunks of a stream, or windows whose mean is taken. */
  readonly unit: "chunk" | "window" | "picture";
  /** Seconds of one of them, where that is known. */
  readonly seconds: number | null;
}

/** `0.6 of 1.0 s`, `6 of 10 chunks`. */
export function fillingText({ done, needed, unit, seconds }: Filling): string {
  const count = Math.min(done, needed);
  if (seconds === null) return `${count} of ${needed} ${unit}s`;
  return `${(count * seconds).toFixed(1)} of ${(needed * seconds).toFixed(1)} s`;
}

/** 0 to 1. */
export function filledShare({ done, needed }: Filling): number {
  return needed <= 0 ? 1 : Math.max(0, Math.min(1, done / needed));
}
