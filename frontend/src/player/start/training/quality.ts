// The mistakes of a run, and how long it takes, from what its server says. Pure.
import type { OpenRun } from "../server";

/** A recording that was answered wrongly. */
export interface Mistake {
  readonly sample: number;
  readonly label: string;
  readonly answer: string;
  readonly sureness: number;
}

/** The wrong answers on validation recordings. Test recordings are no part of them. */
export function mistakesOf(run: OpenRun): readonly Mistake[] {
  return run.judgements["validation"]?.mistakes ?? [];
}

/** Seconds that are left at most, from how long the epochs took; null before there are two. */
export function secondsLeft(run: OpenRun, begun: number, now: number): number | null {
  const count = run.curves.length;
  const most = Number(run.arguments["epochs"] ?? 0);
  if (count < 2 || most <= count) return null;
  return Math.max(1, Math.round(((now - begun) / count / 1000) * (most - count)));
}
