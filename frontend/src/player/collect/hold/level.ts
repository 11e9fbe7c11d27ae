// The level of a sound while it is recorded: how many bars are lit, and a word for it. Pure.
import { FULL, QUIET } from "../recorders/take";

export const BARS = 24;
const LOWEST_DECIBELS = -60;

export interface Level {
  readonly decibels: number;
  readonly lit: number;
  readonly text: "too quiet" | "good level" | "too loud";
}

/** The level of a sound by its largest magnitude, 0 to 1. */
export function levelOfPeak(peak: number): Level {
  const decibels = Math.max(LOWEST_DECIBELS, 20 * Math.log10(Math.max(peak, 1e-6)));
  const lit = Math.round(((decibels - LOWEST_DECIBELS) / -LOWEST_DECIBELS) * BARS);
  const text = peak < QUIET ? "too quiet" : peak >= FULL ? "too loud" : "good level";
  return { decibels: Math.round(decibels), lit, text };
}
