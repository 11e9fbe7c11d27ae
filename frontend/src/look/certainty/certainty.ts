// How sure a model is of its answer, in words: the one rule of all pages, of apps and of the package. Pure.

const PERCENT = 100;

/**
 * A probability from 0 to 1 as a percentage without decimals: `96 %`. Models of 8 bits have 256 steps, so more digits
 * would pretend. `0 %` and `100 %` only where they are exact; else `under 1 %` and `over 99 %`.
 */
export function certaintyText(share: number): string {
  return `${words(share)} %`;
}

/** The same for screen readers: `over 99 percent`. */
export function spokenCertainty(share: number): string {
  return `${words(share)} percent`;
}

function words(share: number): string {
  const percent = Math.round(share * PERCENT);
  if (percent <= 0) return share > 0 ? "under 1" : "0";
  if (percent >= PERCENT) return share < 1 ? "over 99" : "100";
  return String(percent);
}
