// Says which numbers of a tensor are probabilities: those that the model declares, and those that sum to 1 over known labels. Pure.
import type { OutputTensor } from "../../runtime";

/** How far a probability may lie outside of 0 to 1, and a sum of them from 1, by rounding. */
const BEYOND = 0.01;

/**
 * Scores as probabilities, where the model says that they are: quantised ones by the tensor's own scale. Numbers that
 * only look like it stay numbers, and so does what breaks its word by more than rounding.
 */
export function sharesOf({ type, elements, meaning }: OutputTensor): number[] | null {
  if (meaning?.isProbability !== true || type === "utf8") return null;
  const { scale, zeroPoint } = meaning;
  if (scale === null && !type.startsWith("f")) return null;
  return clamped(elements.map((value) => (scale === null ? Number(value) : (Number(value) - zeroPoint) * scale)));
}

/**
 * Scores of labels as probabilities, where nothing says what they are: floats from 0 to 1 that sum to 1, as those of any
 * classifier do. Null of others.
 */
export function labelledShares({ type, elements, meaning }: OutputTensor): number[] | null {
  if (!type.startsWith("f") || elements.length < 2 || meaning?.isProbability === true) return null;
  const shares = clamped(elements.map(Number));
  const sum = shares?.reduce((total, share) => total + share, 0) ?? NaN;
  return Math.abs(sum - 1) <= BEYOND ? shares : null;
}

function clamped(shares: readonly number[]): number[] | null {
  return shares.every((share) => share >= -BEYOND && share <= 1 + BEYOND)
    ? shares.map((share) => Math.max(0, Math.min(1, share)))
    : null;
}
