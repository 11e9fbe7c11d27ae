// A few scores as columns, in the order in which the model gives them. Pure.
import type { OutputScore } from "../readings/readings";

/** More than these are a curve rather than columns. */
const MOST_COLUMNS = 16;

export interface ScoreColumns {
  readonly shares: readonly number[];
  readonly top: number;
  readonly label: string;
}

/** `scores`: the highest first. Null where there are too many. */
export function columnsOf(scores: readonly OutputScore[]): ScoreColumns | null {
  const [best] = scores;
  if (best === undefined || scores.length > MOST_COLUMNS) return null;
  const low = Math.min(0, ...scores.map(({ value }) => value));
  const span = best.value - low || 1;
  const inOrder = scores.toSorted((one, other) => one.index - other.index);
  return {
    shares: inOrder.map(({ share, value }) => share ?? (value - low) / span),
    top: inOrder.indexOf(best),
    label: `${scores.length} scores, the highest is number ${best.index}`,
  };
}
