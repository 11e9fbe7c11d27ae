// Counts that are not sent yet, by day. Pure, and in memory alone: what a page did not send is gone with it.
import type { RuneCounts } from "../../runtime/types";
import { answersOf } from "./document";

/** Answers of one document, as the server takes it: 20 a second for an hour. What a page counts beyond is left out. */
export const MOST_ANSWERS = 72_000;

/** Counts by their day (`dayOf`). */
export type PendingCounts = ReadonlyMap<number, RuneCounts>;

export const NOTHING_PENDING: PendingCounts = new Map();

/** Returns the counts with further ones of a day. Without an answer, or with too many, nothing is added. */
export function withCounts(pending: PendingCounts, day: number, counts: RuneCounts): PendingCounts {
  const former = pending.get(day);
  const sum = former === undefined ? counts : sumOf(former, counts);
  if (answersOf(counts) === 0 || answersOf(sum) > MOST_ANSWERS) return pending;
  return new Map([...pending, [day, sum]]);
}

function sumOf(one: RuneCounts, other: RuneCounts): RuneCounts {
  const features = one.features.map((group, index) => added(group, other.features[index] ?? []));
  return {
    labels: added(one.labels, other.labels),
    confidence: added(one.confidence, other.confidence),
    features,
  };
}

function added(one: readonly number[], other: readonly number[]): number[] {
  return one.map((count, index) => count + (other[index] ?? 0));
}
