// Where the line of a threshold is. Pure.

export interface LinePlace {
  /** Where a person moved it to. */
  readonly movedValue: number | null;
  /** The number of the Runefile. */
  readonly writtenValue: number | null;
  /** The suggestion that a person was about to take when it was made. */
  readonly pinnedValue: number | null;
}

/**
 * The value of the line, by default the newest suggestion. A suggestion follows the scores, and stays while a person is
 * about to take it: the number that is written is the one that they read.
 */
export function lineValue({ movedValue, writtenValue, pinnedValue }: LinePlace, suggestedValue: number): number {
  return movedValue ?? writtenValue ?? pinnedValue ?? suggestedValue;
}
